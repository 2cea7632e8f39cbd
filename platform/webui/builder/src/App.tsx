import type { BuilderSettings } from "@/settings";

/** The builder: toolbar, palette, canvas and inspector. */
export function App({ settings }: { settings: BuilderSettings }) {
  return (
    <div className="builder">
      <p className="builder__loading">Opening {settings.graph_id ?? "a new agent"} …</p>
    </div>
  );
}
