import { BaseEdge, getBezierPath, type EdgeProps } from "@xyflow/react";
import { memo } from "react";
import { useIsReadable } from "@/canvas/detail";
import type { FlowEdge } from "@/canvas/flow";
import { pinOfHandle } from "@/canvas/geometry";
import { useEditor } from "@/editor/context";
import { LinkValues } from "@/run/LinkValues";

/** One link. A static one, whose value is used again and again, is dashed. */
export const LinkEdge = memo(function LinkEdge({
  id,
  source,
  sourceHandleId,
  sourceX,
  sourceY,
  sourcePosition,
  targetX,
  targetY,
  targetPosition,
  selected,
  data,
}: EdgeProps<FlowEdge>) {
  const mark = useEditor((editor) => editor.marks?.links.get(id));
  const readable = useIsReadable();
  const [path, x, y] = getBezierPath({
    sourceX,
    sourceY,
    sourcePosition,
    targetX,
    targetY,
    targetPosition,
  });
  return (
    <g
      className="link"
      data-selected={selected || undefined}
      data-static={data?.isStatic || undefined}
      data-mark={mark}
    >
      <BaseEdge id={id} path={path} interactionWidth={readable ? 18 : 0} />
      <LinkValues
        link={{ source_id: source, source_name: pinOfHandle(sourceHandleId ?? "").pin }}
        path={path}
        x={x}
        y={y}
        room={targetX - sourceX}
      />
    </g>
  );
});
