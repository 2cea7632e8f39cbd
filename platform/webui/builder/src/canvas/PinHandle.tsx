import { Handle, Position } from "@xyflow/react";
import { memo } from "react";
import { grownSchema, useFit, useIsAwaited } from "@/canvas/connecting";
import { growHandleId, handleId } from "@/canvas/geometry";
import { pinLook, typeWords } from "@/canvas/looks";
import type { Pin } from "@/graph/pins";

/** The spot of a pin that links begin and end at; while one is drawn it says whether it fits. */
export const PinHandle = memo(function PinHandle({
  pin,
  side,
  isConnectable,
}: {
  readonly pin: Pin;
  readonly side: "source" | "target";
  readonly isConnectable: boolean;
}) {
  const fit = useFit(side, pin.schema);
  return (
    <>
      <Handle
        id={handleId(pin.name)}
        type={side}
        position={side === "target" ? Position.Left : Position.Right}
        className="pin-handle"
        isConnectable={isConnectable}
        data-look={pinLook(pin.schema)}
        data-linked={pin.linked || undefined}
        data-required={(side === "target" && pin.required) || undefined}
        data-fit={fit ?? undefined}
        title={`${pin.title}: ${typeWords(pin.schema)}`}
      />
      {side === "target" && pin.grows && <GrowHandle pin={pin} isConnectable={isConnectable} />}
    </>
  );
});

/** Shown while a link is drawn: a link that ends here adds an item to the pin's list or dictionary. */
function GrowHandle({
  pin,
  isConnectable,
}: {
  readonly pin: Pin;
  readonly isConnectable: boolean;
}) {
  const isAwaited = useIsAwaited("target");
  const fit = useFit("target", grownSchema(pin));
  if (!isAwaited || fit === "never") return null;
  return (
    <Handle
      id={growHandleId(pin.name)}
      type="target"
      position={Position.Left}
      className="pin-handle pin-handle--grow"
      isConnectable={isConnectable}
      isConnectableStart={false}
      data-fit={fit ?? undefined}
      title={`Add to ${pin.title}`}
    />
  );
}
