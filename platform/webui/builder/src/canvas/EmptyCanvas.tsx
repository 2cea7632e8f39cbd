import { useCanvas } from "@/canvas/useCanvas";
import { placeBeside } from "@/canvas/inserting";
import { useEditorStore } from "@/editor/context";
import { openDialog, openQuickAdd } from "@/panels/state";
import { loadSample } from "@/panels/Tour/sample";
import { Button } from "@/ui/Button";

/** What an empty canvas says where nobody can edit: on a phone, or of a version. */
export function NothingToSee() {
  return (
    <section className="empty-canvas" aria-labelledby="empty-canvas">
      <h2 id="empty-canvas">No blocks yet</h2>
      <p>There is nothing to run here. Agents are made in the builder, on a larger screen.</p>
    </section>
  );
}

/** What an empty canvas says: how to begin. */
export function EmptyCanvas() {
  const store = useEditorStore();
  const flow = useCanvas();
  const add = () => {
    const at = { x: innerWidth / 2 - 180, y: innerHeight / 3 };
    openQuickAdd({ position: placeBeside(store, flow), at });
  };
  return (
    <section className="empty-canvas" aria-labelledby="empty-canvas">
      <h2 id="empty-canvas">Make an agent</h2>
      <p>
        An agent is a graph of blocks. Values go in, each block works on them and hands on what it
        made.
      </p>
      <div className="empty-canvas__ways">
        <Button kind="primary" icon="add" onClick={add} keys="A">
          Add a block
        </Button>
        <Button icon="play" onClick={() => loadSample(store, flow)}>
          Start with a sample
        </Button>
        <Button icon="help" onClick={() => openDialog("tour")}>
          Take the tour
        </Button>
      </div>
      <p className="small muted">Or drop an agent’s JSON file here.</p>
    </section>
  );
}
