import {
  Background,
  BackgroundVariant,
  ConnectionLineType,
  ReactFlow,
  SelectionMode,
  useStore as useFlow,
  type Connection,
  type NodeChange,
  type EdgeChange,
  type OnConnectEnd,
  type OnConnectStart,
} from "@xyflow/react";
import { useCallback, useMemo, useState, type DragEvent } from "react";
import { useCanvas } from "@/canvas/useCanvas";
import { BlockNode } from "@/canvas/BlockNode";
import { connecting, fitBetween, startAt, type PinEnd } from "@/canvas/connecting";
import { ConnectionHint } from "@/canvas/ConnectionHint";
import { ContextMenu, type ContextPlace } from "@/canvas/ContextMenu";
import { draggedBlock } from "@/canvas/dragging";
import { EmptyCanvas, NothingToSee } from "@/canvas/EmptyCanvas";
import { DetailContext, detailOf } from "@/canvas/detail";
import { flowEdges, flowNodes, type FlowEdge, type FlowNode } from "@/canvas/flow";
import { GRID, pinOfHandle } from "@/canvas/geometry";
import { afterChanges, commitGesture, NO_GESTURE, withGesture } from "@/canvas/gesture";
import { GraphMap } from "@/canvas/GraphMap";
import { GroupFrames } from "@/canvas/GroupFrames";
import { insertBlock } from "@/canvas/inserting";
import { LinkEdge } from "@/canvas/LinkEdge";
import { candidatesAt, endsBetween, grownEnd } from "@/canvas/linking";
import { NoteNode } from "@/canvas/NoteNode";
import { pointingOf } from "@/canvas/pointing";
import { LEAST_ZOOM, useAllInView } from "@/canvas/useAllInView";
import { useEditor, useEditorStore } from "@/editor/context";
import type { EditorStore } from "@/editor/store";
import { findNode, type Point } from "@/graph/document";
import { connect, disconnect, reconnect } from "@/graph/edits";
import { openQuickAdd, usePanels } from "@/panels/state";
import { announce } from "@/ui/messages";
import { importFile } from "@/panels/files";

const NODE_TYPES = { block: BlockNode, note: NoteNode };
const EDGE_TYPES = { link: LinkEdge };
/** More nodes than this, and those out of sight are not in the page. */
const MANY_NODES = 100;
const FIT = { padding: 0.15, maxZoom: 1 };

/** The surface on which the graph lies. */
export function Canvas() {
  const store = useEditorStore();
  const flow = useCanvas();
  const document = useEditor((editor) => editor.document);
  const catalogue = useEditor((editor) => editor.catalogue);
  const selection = useEditor((editor) => editor.selection);
  const readOnly = useEditor((editor) => editor.readOnly);
  const detail = useFlow(detailOf);
  const minimap = usePanels((panels) => panels.minimap);
  const [gesture, setGesture] = useState(NO_GESTURE);
  const [menu, setMenu] = useState<ContextPlace | null>(null);

  const still = useMemo(
    () => flowNodes(document, catalogue, selection.nodes),
    [document, catalogue, selection.nodes],
  );
  const nodes = useMemo(() => withGesture(still, gesture), [still, gesture]);
  const edges = useMemo(() => flowEdges(document, selection.links), [document, selection.links]);

  const onNodesChange = useCallback(
    (changes: NodeChange<FlowNode>[]) => {
      selectNodes(store, changes);
      setGesture((before) => afterChanges(before, changes));
      commitGesture(store, changes);
    },
    [store],
  );
  const onEdgesChange = useCallback(
    (changes: EdgeChange<FlowEdge>[]) => selectLinks(store, changes),
    [store],
  );

  useAllInView(flow, FIT);

  const settle = useCallback(() => store.getState().settle(), [store]);

  const onConnectStart: OnConnectStart = useCallback(
    (_, { nodeId, handleId, handleType }) => {
      if (nodeId === null || handleId === null || handleType === null) return;
      const { document, catalogue } = store.getState();
      const end = { node: nodeId, pin: pinOfHandle(handleId).pin, side: handleType };
      connecting.setState({ start: startAt(end, document, catalogue) });
    },
    [store],
  );
  const onConnect = useCallback((connection: Connection) => link(store, connection), [store]);
  const onConnectEnd: OnConnectEnd = useCallback(
    (event, { isValid, toHandle }) => {
      const { start } = connecting.getState();
      connecting.setState({ start: null });
      if (isValid || toHandle || !start || store.getState().readOnly) return;
      dropLink(store, start, screenPoint(event), flow.screenToFlowPosition);
    },
    [store, flow],
  );
  const isValidConnection = useCallback(
    (connection: Connection | FlowEdge) => isPossible(store, connection),
    [store],
  );
  const onReconnect = useCallback(
    (edge: FlowEdge, connection: Connection) => {
      const { catalogue } = store.getState();
      const [source, sink] = endsOf(store, connection);
      store
        .getState()
        .edit("Move a link", (held) =>
          reconnect(held, edge.id, endsBetween(source, sink), catalogue),
        );
    },
    [store],
  );
  const onReconnectEnd = useCallback(
    (
      event: MouseEvent | TouchEvent,
      edge: FlowEdge,
      _: unknown,
      state: { isValid: boolean | null },
    ) => {
      connecting.setState({ start: null });
      if (state.isValid || !isOverPane(screenPoint(event))) return;
      store.getState().edit("Remove a link", (held) => disconnect(held, [edge.id]));
    },
    [store],
  );

  // Every node and link is given these: new ones draw all of them anew, at each step of a drag.
  const pointing = useMemo(() => pointingOf(store, setMenu), [store]);

  const onDrop = useCallback(
    (event: DragEvent) => {
      event.preventDefault();
      if (store.getState().readOnly) return;
      const at = { x: event.clientX, y: event.clientY };
      const block = draggedBlock(event.dataTransfer);
      const [file] = event.dataTransfer.files;
      if (block) insertBlock(store, block, flow.screenToFlowPosition(at), flow);
      else if (file) void importFile(store, file, flow);
    },
    [store, flow],
  );

  return (
    <div className="canvas" data-readonly={readOnly || undefined} data-tour="canvas">
      <DetailContext value={detail}>
        <ReactFlow<FlowNode, FlowEdge>
          nodes={nodes}
          edges={edges}
          nodeTypes={NODE_TYPES}
          edgeTypes={EDGE_TYPES}
          onNodesChange={onNodesChange}
          onEdgesChange={onEdgesChange}
          onNodeDragStart={settle}
          onNodeDragStop={settle}
          onSelectionDragStart={settle}
          onSelectionDragStop={settle}
          onConnectStart={onConnectStart}
          onConnect={onConnect}
          onConnectEnd={onConnectEnd}
          isValidConnection={isValidConnection}
          {...(readOnly ? {} : { onReconnect, onReconnectEnd })}
          onDrop={onDrop}
          onDragOver={allowDrop}
          {...pointing}
          nodesDraggable={!readOnly}
          nodesConnectable={!readOnly}
          edgesReconnectable={!readOnly}
          edgesFocusable={false} // hundreds of stops on the way to a node; `L` lists a node's links
          deleteKeyCode={null} // deleting is a command, which can be undone
          selectionMode={SelectionMode.Partial}
          multiSelectionKeyCode={SELECT_MORE}
          connectionLineType={ConnectionLineType.Bezier}
          connectionRadius={24}
          connectOnClick={false}
          snapToGrid
          snapGrid={SNAP}
          elevateNodesOnSelect={false}
          onlyRenderVisibleElements={document.nodes.length > MANY_NODES}
          minZoom={LEAST_ZOOM}
          maxZoom={2}
          fitView
          fitViewOptions={FIT}
          zoomOnDoubleClick={false}
          attributionPosition="bottom-left"
          ariaLabelConfig={LABELS}
        >
          <Background variant={BackgroundVariant.Dots} gap={24} size={1.5} />
          <GroupFrames />
        </ReactFlow>
      </DetailContext>
      {minimap && document.nodes.length > 0 && <GraphMap />}
      <ConnectionHint />
      {document.nodes.length === 0 && (readOnly ? <NothingToSee /> : <EmptyCanvas />)}
      {menu && <ContextMenu place={menu} onClose={() => setMenu(null)} />}
    </div>
  );
}

const SELECT_MORE = ["Meta", "Control", "Shift"];
const SNAP: [number, number] = [GRID, GRID];
const LABELS = {
  "node.a11yDescription.default":
    "Press Enter to select the node, arrow keys to move it, L for its links, and Delete to remove it.",
  "node.a11yDescription.keyboardDisabled": "Press Enter to select the node.",
};

function allowDrop(event: DragEvent): void {
  event.preventDefault();
  event.dataTransfer.dropEffect = "copy";
}

function selectNodes(store: EditorStore, changes: readonly NodeChange<FlowNode>[]): void {
  const { selection, select } = store.getState();
  const nodes = changed(selection.nodes, changes);
  if (nodes) select(nodes, selection.links);
}

function selectLinks(store: EditorStore, changes: readonly EdgeChange<FlowEdge>[]): void {
  const { selection, select } = store.getState();
  const links = changed(selection.links, changes);
  if (links) select(selection.nodes, links);
}

function changed(
  selected: ReadonlySet<string>,
  changes: readonly (NodeChange<FlowNode> | EdgeChange<FlowEdge>)[],
): ReadonlySet<string> | null {
  const ours = changes.filter((change) => change.type === "select");
  if (ours.length === 0) return null;
  const after = new Set(selected);
  for (const change of ours) {
    if (change.selected) after.add(change.id);
    else after.delete(change.id);
  }
  return after;
}

/** Return both ends that a connection means, with dynamic pins that it makes. */
function endsOf(store: EditorStore, connection: Connection | FlowEdge): [PinEnd, PinEnd] {
  const { document, catalogue } = store.getState();
  const source: PinEnd = {
    node: connection.source,
    pin: pinOfHandle(connection.sourceHandle ?? "").pin,
    side: "source",
  };
  const { pin, grows } = pinOfHandle(connection.targetHandle ?? "");
  const sink: PinEnd = { node: connection.target, pin, side: "target" };
  return [source, grows ? grownEnd(sink, source, document, catalogue) : sink];
}

function isPossible(store: EditorStore, connection: Connection | FlowEdge): boolean {
  const { document, catalogue } = store.getState();
  const [source, sink] = endsOf(store, connection);
  const from = startAt(source, document, catalogue);
  const to = startAt(sink, document, catalogue);
  return from !== null && to !== null && fitBetween(from, to.schema) !== "never";
}

function link(store: EditorStore, connection: Connection): void {
  const [source, sink] = endsOf(store, connection);
  addLink(store, source, sink);
}

function addLink(store: EditorStore, one: PinEnd, other: PinEnd): void {
  const { catalogue, edit } = store.getState();
  edit("Link two pins", (held) => connect(held, endsBetween(one, other), catalogue));
  announce(`Linked ${one.pin} to ${other.pin}.`);
}

/** A link was let go: on a node it takes the best pin, on the empty canvas it asks for a block. */
function dropLink(
  store: EditorStore,
  start: NonNullable<ReturnType<typeof startAt>>,
  at: Point,
  toCanvas: (point: Point) => Point,
): void {
  const { document, catalogue } = store.getState();
  const below = globalThis.document.elementFromPoint(at.x, at.y);
  const id = below?.closest(".react-flow__node")?.getAttribute("data-id");
  const node = id ? findNode(document, id) : undefined;
  if (node && node.id !== start.node) {
    const [best] = candidatesAt(start, node, document, catalogue);
    if (best) addLink(store, start, best.end);
    else announce("No pin of this node takes the value.");
  } else if (!node && below?.classList.contains("react-flow__pane")) {
    const { node: from, pin, side } = start;
    openQuickAdd({ position: toCanvas(at), at, from: { node: from, pin, side } });
  }
}

function isOverPane({ x, y }: Point): boolean {
  return document.elementFromPoint(x, y)?.classList.contains("react-flow__pane") ?? false;
}

function screenPoint(event: MouseEvent | TouchEvent): Point {
  const point = "changedTouches" in event ? event.changedTouches[0] : event;
  return { x: point?.clientX ?? 0, y: point?.clientY ?? 0 };
}
