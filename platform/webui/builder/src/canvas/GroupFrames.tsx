import { useStore as useFlow, ViewportPortal, type ReactFlowState } from "@xyflow/react";
import { memo, useState, type PointerEvent } from "react";
import { useCanvas } from "@/canvas/useCanvas";
import { GROUP_COLORS, isGroupColor } from "@/canvas/groups";
import { NODE_WIDTH } from "@/canvas/geometry";
import { useEditor, useEditorStore } from "@/editor/context";
import { membersOf, type GroupDocument, type Point } from "@/graph/document";
import { changeGroup, moveNodes, ungroup } from "@/graph/edits";
import { Button } from "@/ui/Button";

const PADDING = 24;
const TITLE_HEIGHT = 36;

/** The frames around the groups, below everything else. */
export function GroupFrames() {
  const groups = useEditor((editor) => editor.document.groups);
  if (!groups) return null;
  return (
    <ViewportPortal>
      {groups.map((group) => (
        <GroupFrame key={group.id} group={group} />
      ))}
    </ViewportPortal>
  );
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const GroupFrame = memo(function GroupFrame({ group }: { readonly group: GroupDocument }) {
  const store = useEditorStore();
  const flow = useCanvas();
  const members = useEditor((editor) => memberIds(editor.document.nodes, group.id));
  const readOnly = useEditor((editor) => editor.readOnly);
  // From the canvas and not from the document: so the frame follows while its nodes are dragged.
  const box = useFlow((state) => boxAround(state, members), sameBox);
  const [isEdited, setEdited] = useState(false);
  if (!box) return null;

  const select = () => {
    store.getState().select(membersOf(store.getState().document, group.id).map((node) => node.id));
  };
  const drag = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0 || readOnly || isEdited) return;
    select();
    const places = new Map(
      membersOf(store.getState().document, group.id).map((node) => [
        node.id,
        node.metadata.position as Point,
      ]),
    );
    dragMembers(event, flow.getZoom(), (moved, isOver) => {
      const { edit, settle } = store.getState();
      const positions = movedBy(places, moved);
      edit("Move a group", (held) => moveNodes(held, positions), { merge: `group:${group.id}` });
      if (isOver) settle();
    });
  };

  return (
    <section
      className="group-frame"
      data-color={isGroupColor(group.color) ? group.color : "grey"}
      aria-label={`Group ${group.title}`}
      style={{ left: box.x, top: box.y, width: box.width, height: box.height }}
    >
      <header
        className="group-frame__head nopan"
        onPointerDown={drag}
        onDoubleClick={() => setEdited(!readOnly)}
      >
        {isEdited ? (
          <GroupEditor group={group} onDone={() => setEdited(false)} />
        ) : (
          <span className="group-frame__title">{group.title || "Group"}</span>
        )}
      </header>
    </section>
  );
});

function GroupEditor({
  group,
  onDone,
}: {
  readonly group: GroupDocument;
  readonly onDone: () => void;
}) {
  const store = useEditorStore();
  return (
    <div
      className="group-frame__editor nodrag"
      onBlur={(event) => {
        if (event.currentTarget.contains(event.relatedTarget)) return;
        store.getState().settle();
        onDone();
      }}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Escape" || event.key === "Enter") onDone();
      }}
    >
      <input
        autoFocus
        aria-label="Title of the group"
        value={group.title}
        onChange={(event) =>
          store
            .getState()
            .edit(
              "Rename a group",
              (held) => changeGroup(held, group.id, { title: event.target.value }),
              {
                merge: `group-title:${group.id}`,
              },
            )
        }
      />
      {GROUP_COLORS.map((color) => (
        <button
          key={color}
          type="button"
          className="swatch"
          data-color={color}
          aria-label={`Colour: ${color}`}
          aria-pressed={group.color === color}
          onClick={() =>
            store
              .getState()
              .edit("Colour a group", (held) => changeGroup(held, group.id, { color }))
          }
        />
      ))}
      <Button
        small
        kind="quiet"
        onClick={() => store.getState().edit("Ungroup", (held) => ungroup(held, group.id))}
      >
        Ungroup
      </Button>
    </div>
  );
}

const idsOf = new WeakMap<object, Map<string, readonly string[]>>();

/** Return the ids of the group's members; the same list for the same nodes. */
function memberIds(
  nodes: readonly { readonly id: string; readonly metadata: { readonly group?: string } }[],
  group: string,
): readonly string[] {
  const known = idsOf.get(nodes) ?? new Map<string, readonly string[]>();
  idsOf.set(nodes, known);
  const found = known.get(group);
  if (found) return found;
  const made = nodes.filter((node) => node.metadata.group === group).map((node) => node.id);
  known.set(group, made);
  return made;
}

function boxAround(state: ReactFlowState, members: readonly string[]): Box | null {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const id of members) {
    const node = state.nodeLookup.get(id);
    if (!node) continue;
    const { x, y } = node.internals.positionAbsolute;
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x + (node.measured.width ?? NODE_WIDTH));
    bottom = Math.max(bottom, y + (node.measured.height ?? 0));
  }
  if (left === Infinity) return null;
  return {
    x: left - PADDING,
    y: top - PADDING - TITLE_HEIGHT,
    width: right - left + 2 * PADDING,
    height: bottom - top + 2 * PADDING + TITLE_HEIGHT,
  };
}

function sameBox(one: Box | null, other: Box | null): boolean {
  return (
    one === other ||
    (one !== null &&
      other !== null &&
      one.x === other.x &&
      one.y === other.y &&
      one.width === other.width &&
      one.height === other.height)
  );
}

/** Follow the pointer until it is let go, and tell how far it went on the canvas. */
function dragMembers(
  event: PointerEvent<HTMLElement>,
  zoom: number,
  onMove: (moved: Point, isOver: boolean) => void,
): void {
  event.preventDefault();
  event.stopPropagation();
  const from = { x: event.clientX, y: event.clientY };
  let moved = { x: 0, y: 0 };
  const follow = (next: globalThis.PointerEvent) => {
    moved = {
      x: Math.round((next.clientX - from.x) / zoom / 12) * 12,
      y: Math.round((next.clientY - from.y) / zoom / 12) * 12,
    };
    onMove(moved, false);
  };
  const end = () => {
    removeEventListener("pointermove", follow);
    onMove(moved, true);
  };
  addEventListener("pointermove", follow);
  addEventListener("pointerup", end, { once: true });
}

function movedBy(positions: ReadonlyMap<string, Point>, by: Point): ReadonlyMap<string, Point> {
  return new Map(
    Array.from(positions, ([id, { x, y }]) => [id, { x: x + by.x, y: y + by.y }] as const),
  );
}
