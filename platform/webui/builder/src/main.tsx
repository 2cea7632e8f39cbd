import "@xyflow/react/dist/base.css";
import "@/styles/builder.css";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "@/App";
import { readSettings } from "@/settings";

const place = document.getElementById("builder");
if (!place) throw new Error("The page has no #builder.");
createRoot(place).render(
  <StrictMode>
    <App settings={readSettings()} />
  </StrictMode>,
);
