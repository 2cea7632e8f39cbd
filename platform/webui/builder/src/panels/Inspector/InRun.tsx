/** What became of the node in the run that the canvas shows, and the way to run it by itself. */
import { useEditor } from "@/editor/context";
import { canRunAlone } from "@/editor/selected";
import { openDialog, openRuns } from "@/panels/state";
import { useNodeRuns, useRunStore } from "@/run/context";

export function InRun({ node }: { readonly node: string }) {
  const canRun = useEditor((editor) => !editor.readOnly && canRunAlone(editor));
  return (
    <>
      <LastFailure node={node} />
      {canRun && (
        <button
          type="button"
          className="button button--small"
          onClick={() => openDialog("run-node")}
        >
          Run it alone…
        </button>
      )}
    </>
  );
}

function LastFailure({ node }: { readonly node: string }) {
  const store = useRunStore();
  const runs = useNodeRuns(node);
  const failed = runs?.executions.findLast(({ status }) => status === "FAILED");
  if (!failed) return null;
  const { code, message } = failed.error ?? {};
  return (
    <section className="notice notice--error" aria-label="Why it failed in this run">
      <p dir="auto">{message ?? "It failed without saying why."}</p>
      {code && <code className="small">{code}</code>}{" "}
      <button
        type="button"
        className="link-button"
        onClick={() => {
          store.getState().choose(failed.id);
          openRuns("steps");
        }}
      >
        Show what it took and gave
      </button>
    </section>
  );
}
