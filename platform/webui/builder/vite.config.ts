import { fileURLToPath } from "node:url";

import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  // Chunks find each other by where they lie, so STATIC_URL may be anything.
  base: "./",
  plugins: [react()],
  resolve: { alias: { "@": at("src") } },
  build: {
    outDir: process.env.BUILDER_OUT ?? at("../static/webui/builder"),
    emptyOutDir: true,
    manifest: "manifest.json",
    license: { fileName: "licenses.md" },
    target: "es2022",
    // The pages' tokens need light-dark() anyway; written out for older browsers it fails here.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    assetsInlineLimit: 0, // the page's policy allows files of this instance, and no data: URLs
    chunkSizeWarningLimit: 2000, // elkjs, which is loaded when somebody tidies up
    rolldownOptions: { input: at("src/main.tsx") },
  },
  worker: { format: "iife" },
  test: {
    include: ["src/**/*.test.{ts,tsx}"],
    // Whether a test passes shall not depend on how fast the machine is.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    environment: "node", // a test that needs a page says so: // @vitest-environment happy-dom
  },
});
