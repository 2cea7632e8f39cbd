/**
 * The whole graph, small, with what is seen of it.
 *
 * Drawn on one bitmap and only when the document changes: a map of elements would cost as much per
 * frame of a drag as the canvas itself.
 */
import { useStore as useFlow } from "@xyflow/react";
import { useEffect, useMemo, useRef, useSyncExternalStore, type PointerEvent } from "react";
import { sizeOf } from "@/canvas/inserting";
import { familyOf } from "@/canvas/looks";
import { isInView } from "@/canvas/useAllInView";
import { useCanvas } from "@/canvas/useCanvas";
import { useEditor } from "@/editor/context";
import type { Catalogue } from "@/graph/catalogue";
import type { GraphDocument } from "@/graph/document";
import { around, type Box } from "@/layout/align";

const WIDTH = 192;
const HEIGHT = 132;
const MARGIN = 10;
const SHARP = 2; // bitmap pixels per pixel of the page

interface Drawn extends Box {
  readonly family: string;
}

interface Scale {
  readonly left: number;
  readonly top: number;
  readonly factor: number;
}

/** Shown as long as something of the graph is out of sight: it lies on a corner of the canvas. */
export function GraphMap() {
  const document = useEditor((editor) => editor.document);
  const catalogue = useEditor((editor) => editor.catalogue);
  const boxes = useMemo(() => boxesOf(document, catalogue), [document, catalogue]);
  const whole = useMemo(() => {
    if (boxes.length === 0) return null;
    const { left, right, top, bottom } = around(boxes);
    return { x: left, y: top, width: right - left, height: bottom - top };
  }, [boxes]);
  const isOfUse = useFlow((state) => whole !== null && !isInView(whole, state));
  return isOfUse ? <DrawnMap boxes={boxes} /> : null;
}

function DrawnMap({ boxes }: { readonly boxes: readonly Drawn[] }) {
  const flow = useCanvas();
  const bitmap = useRef<HTMLCanvasElement>(null);
  const theme = useTheme();
  const scale = useMemo(() => scaleOf(boxes), [boxes]);
  useEffect(() => {
    if (bitmap.current) draw(bitmap.current, boxes, scale);
  }, [boxes, scale, theme]);

  const go = (event: PointerEvent<HTMLElement>) => {
    if (event.buttons !== 1) return;
    const place = event.currentTarget.getBoundingClientRect();
    const x = (event.clientX - place.x) / scale.factor + scale.left;
    const y = (event.clientY - place.y) / scale.factor + scale.top;
    void flow.setCenter(x, y, { zoom: flow.getZoom() });
  };

  return (
    <div
      className="graph-map"
      role="img"
      aria-label={`Map of the graph: ${boxes.length} nodes`}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        go(event);
      }}
      onPointerMove={go}
    >
      <canvas ref={bitmap} width={WIDTH * SHARP} height={HEIGHT * SHARP} />
      <Seen scale={scale} />
    </div>
  );
}

/** The part of the graph that the canvas shows now. */
function Seen({ scale }: { readonly scale: Scale }) {
  const [x, y, zoom] = useFlow((state) => state.transform);
  const width = useFlow((state) => state.width);
  const height = useFlow((state) => state.height);
  const style = {
    transform: `translate(${(-x / zoom - scale.left) * scale.factor}px, ${
      (-y / zoom - scale.top) * scale.factor
    }px)`,
    width: (width / zoom) * scale.factor,
    height: (height / zoom) * scale.factor,
  };
  return <div className="graph-map__seen" style={style} />;
}

function boxesOf(document: GraphDocument, catalogue: Catalogue): readonly Drawn[] {
  return document.nodes.map((node) => {
    const { x, y } = node.metadata.position;
    const family = familyOf(catalogue.get(node.block_id));
    return { id: node.id, x, y, ...sizeOf(node, document, catalogue), family };
  });
}

function scaleOf(boxes: readonly Drawn[]): Scale {
  if (boxes.length === 0) return { left: 0, top: 0, factor: 0.1 };
  const { left, right, top, bottom } = around(boxes);
  const factor = Math.min(
    (WIDTH - 2 * MARGIN) / (right - left),
    (HEIGHT - 2 * MARGIN) / (bottom - top),
    0.12,
  );
  // What is left over goes to both sides.
  return {
    factor,
    left: (left + right) / 2 - WIDTH / 2 / factor,
    top: (top + bottom) / 2 - HEIGHT / 2 / factor,
  };
}

function draw(bitmap: HTMLCanvasElement, boxes: readonly Drawn[], scale: Scale): void {
  const pen = bitmap.getContext("2d");
  if (!pen) return;
  const colors = new Map<string, string>();
  pen.setTransform(SHARP, 0, 0, SHARP, 0, 0);
  pen.clearRect(0, 0, WIDTH, HEIGHT);
  for (const { x, y, width, height, family } of boxes) {
    let color = colors.get(family);
    if (color === undefined) colors.set(family, (color = colorOf(bitmap, family)));
    pen.fillStyle = color;
    pen.fillRect(
      (x - scale.left) * scale.factor,
      (y - scale.top) * scale.factor,
      Math.max(1.5, width * scale.factor),
      Math.max(1.5, height * scale.factor),
    );
  }
}

/** Return the family's colour in the page's present theme. */
function colorOf(bitmap: HTMLCanvasElement, family: string): string {
  bitmap.dataset.family = family;
  return getComputedStyle(bitmap).color;
}

function useTheme(): string {
  return useSyncExternalStore(
    (changed) => {
      const observer = new MutationObserver(changed);
      observer.observe(document.documentElement, { attributeFilter: ["data-shown-theme"] });
      return () => observer.disconnect();
    },
    () => document.documentElement.dataset.shownTheme ?? "",
  );
}
