import { useEffect, useMemo, useRef, useState } from "react";
import { startAt } from "@/canvas/connecting";
import { insertBlock } from "@/canvas/inserting";
import { useCanvas } from "@/canvas/useCanvas";
import { useEditorStore } from "@/editor/context";
import { BlockList } from "@/panels/BlockList";
import { closeQuickAdd, usePanels, type QuickAdd as Place } from "@/panels/state";

/** The palette where one is: after a link was dropped on the empty canvas, or `A` was pressed. */
export function QuickAdd() {
  const place = usePanels((panels) => panels.quickAdd);
  return place && <QuickAddAt key={`${place.at.x} ${place.at.y}`} place={place} />;
}

function QuickAddAt({ place }: { readonly place: Place }) {
  const store = useEditorStore();
  const flow = useCanvas();
  const box = useRef<HTMLDivElement>(null);
  const { from } = place;
  const start = useMemo(() => {
    const { document, catalogue } = store.getState();
    return from ? startAt(from, document, catalogue) : null;
  }, [store, from]);
  const [before] = useState(() => document.activeElement); // its field takes the focus at once
  useEffect(() => {
    const leave = (event: PointerEvent) => {
      if (!box.current?.contains(event.target as Node)) closeQuickAdd();
    };
    addEventListener("pointerdown", leave, true);
    return () => {
      removeEventListener("pointerdown", leave, true);
      if (document.activeElement === document.body && before instanceof HTMLElement) before.focus();
    };
  }, [before]);
  const style = {
    left: Math.max(8, Math.min(place.at.x, innerWidth - 380)),
    top: Math.max(8, Math.min(place.at.y, innerHeight - 440)),
  };
  return (
    <div ref={box} className="quick-add" style={style} role="dialog" aria-label="Add a block">
      <BlockList
        autoFocus
        start={start}
        onCancel={closeQuickAdd}
        onChoose={(block) => {
          closeQuickAdd();
          insertBlock(store, block.id, place.position, flow, from);
        }}
      >
        {start && (
          <p className="quick-add__from">
            Blocks that {start.side === "source" ? "take" : "give"} <strong>{start.pin}</strong>
          </p>
        )}
      </BlockList>
    </div>
  );
}
