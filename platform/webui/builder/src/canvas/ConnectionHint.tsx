import { useConnection } from "@xyflow/react";
import { useStore } from "zustand";
import { connecting, fitBetween, grownSchema } from "@/canvas/connecting";
import { pinOfHandle } from "@/canvas/geometry";
import { typeWords } from "@/canvas/looks";
import { useEditor } from "@/editor/context";
import { findNode } from "@/graph/document";
import { pinsOf } from "@/graph/pins";

const WORDS = {
  fits: "fits",
  converts: "is converted on the way",
  never: "cannot be linked: no value of it would fit",
} as const;

/** Says, while a link is drawn, what would happen if it were let go here. */
export function ConnectionHint() {
  const start = useStore(connecting, (state) => state.start);
  const node = useConnection((connection) => connection.toHandle?.nodeId);
  const handle = useConnection((connection) => connection.toHandle?.id);
  const document = useEditor((editor) => editor.document);
  const catalogue = useEditor((editor) => editor.catalogue);
  if (!start) return null;
  const found = node && handle ? findNode(document, node) : undefined;
  const { pin: name, grows } = pinOfHandle(handle ?? "");
  const side = start.side === "source" ? "inputs" : "outputs";
  const pin = found && pinsOf(found, document, catalogue)[side].find((one) => one.name === name);
  const schema = pin && (grows ? grownSchema(pin) : pin.schema);
  const fit = schema && fitBetween(start, schema);
  return (
    <p className="connection-hint" data-fit={fit} role="status">
      <strong>{start.pin}</strong> ({typeWords(start.schema)})
      {pin && schema && fit ? (
        <>
          {" → "}
          <strong>{grows ? `a new item of ${pin.title}` : pin.title}</strong> ({typeWords(schema)}){" "}
          <span className="connection-hint__fit">{WORDS[fit]}</span>
        </>
      ) : (
        ": drop it on a pin or a block, or on the empty canvas for a new block"
      )}
    </p>
  );
}
