import { useCanvas } from "@/canvas/useCanvas";
import { insertBesideSelection } from "@/canvas/inserting";
import { useEditorStore } from "@/editor/context";
import { AddAgent } from "@/panels/AddAgent";
import { BlockList } from "@/panels/BlockList";
import { togglePalette } from "@/panels/state";
import { Button } from "@/ui/Button";

/** All blocks, beside the canvas: to drag onto it, or to add with Enter. */
export function BlockPalette() {
  const store = useEditorStore();
  const flow = useCanvas();
  return (
    <aside className="side side--start" aria-label="Blocks" data-tour="palette">
      <header className="side__head">
        <h2>Blocks</h2>
        <Button kind="quiet" small icon="close" iconOnly keys="B" onClick={togglePalette}>
          Hide the blocks
        </Button>
      </header>
      <BlockList onChoose={(block) => insertBesideSelection(store, block.id, flow)}>
        <AddAgent />
      </BlockList>
    </aside>
  );
}
