/**
 * How much of the graph can be read at the present zoom.
 *
 * One place asks the canvas: every node and link asking by itself would cost thousands of answers
 * at each step of a drag.
 */
import { createContext, use } from "react";

/** From "none", where nodes are spots, to "values", where the data on links can be read as well. */
export type Detail = "none" | "title" | "all" | "values";

const READABLE_ZOOM = 0.4;
const NAMED_ZOOM = 0.18; // below it not even a title in large letters
const NEAR_ZOOM = 0.55;

export const DetailContext = createContext<Detail>("values");

export function detailOf({
  transform: [, , zoom],
}: {
  transform: [number, number, number];
}): Detail {
  if (zoom >= NEAR_ZOOM) return "values";
  if (zoom >= READABLE_ZOOM) return "all";
  return zoom >= NAMED_ZOOM ? "title" : "none";
}

/** Return how much can be read; the component renders when that changes, and never otherwise. */
export function useDetail(): Detail {
  return use(DetailContext);
}

/** Return whether texts can be read, and so are drawn. */
export function useIsReadable(): boolean {
  const detail = useDetail();
  return detail === "all" || detail === "values";
}
