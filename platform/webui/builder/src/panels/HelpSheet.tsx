import { COMMANDS, type CommandSpec, type Section } from "@/keyboard/commands";
import { shownKeys } from "@/keyboard/keys";
import { closeDialog } from "@/panels/state";
import { Dialog } from "@/ui/Dialog";

const MORE: readonly (readonly [string, string])[] = [
  ["Go from node to node", "Tab"],
  ["Select the node that has the focus", "Enter"],
  ["Move what is selected", "↑ ↓ ← →"],
  ["Add to the selection", "Ctrl+click"],
  ["Select in a box", "Shift+drag"],
  ["Move the canvas", "drag"],
  ["Zoom", "wheel"],
];

/** Every key, by what it is for. */
export function HelpSheet() {
  const specs: readonly CommandSpec[] = Object.values(COMMANDS);
  const sections = [...new Set(specs.map((spec) => spec.section))];
  return (
    <Dialog title="Keys" onClose={closeDialog} wide>
      <div className="help-sheet">
        {sections.map((section) => (
          <KeyTable key={section} title={section} rows={rowsOf(specs, section)} />
        ))}
        <KeyTable title="Mouse and canvas" rows={MORE} />
      </div>
    </Dialog>
  );
}

function rowsOf(
  specs: readonly CommandSpec[],
  section: Section,
): readonly (readonly [string, string])[] {
  return specs
    .filter((spec) => spec.section === section && spec.keys.length > 0)
    .map((spec) => [spec.title, spec.keys.map((keys) => shownKeys(keys)).join(" or ")]);
}

function KeyTable({
  title,
  rows,
}: {
  readonly title: string;
  readonly rows: readonly (readonly [string, string])[];
}) {
  if (rows.length === 0) return null;
  return (
    <section>
      <h3>{title}</h3>
      <dl className="help-sheet__keys">
        {rows.map(([what, keys]) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>
              <kbd>{keys}</kbd>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
