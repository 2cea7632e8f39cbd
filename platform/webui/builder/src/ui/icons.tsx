/** Line icons on a grid of 16, drawn for this builder. */
import type { ReactNode } from "react";

const PATHS = {
  add: "M8 3v10M3 8h10",
  agent: "M4 6.5h8v6H4zM8 6.5V4M8 4a1 1 0 1 0 0-2 1 1 0 0 0 0 2M6.5 9.2v.6M9.5 9.2v.6",
  back: "M9.5 3.5 5 8l4.5 4.5",
  basic: "M3 5.5 8 3l5 2.5v5L8 13l-5-2.5zM3 5.5 8 8l5-2.5M8 8v5",
  close: "m4 4 8 8M12 4l-8 8",
  check: "m3.5 8.5 3 3 6-7",
  chevron: "m4.5 6.5 3.5 3.5 3.5-3.5",
  chat: "M3 4h10v7H8l-3 2.5V11H3z",
  command:
    "M6 6V4.5A1.5 1.5 0 1 0 4.5 6zm0 0h4m-4 0v4m4-4V4.5A1.5 1.5 0 1 1 11.5 6zm0 0v4m0 0v1.5A1.5 1.5 0 1 0 11.5 10zm0 0H6m0 0v1.5A1.5 1.5 0 1 1 4.5 10z",
  copy: "M6 6h7v7H6zM10 6V3H3v7h3",
  data: "M3 4.5c0-2 10-2 10 0v7c0 2-10 2-10 0zM3 4.5c0 2 10 2 10 0M3 8c0 2 10 2 10 0",
  delete: "M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5M7 7v4M9 7v4",
  disable: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M4.2 4.2l7.6 7.6",
  edit: "M3 13l.6-2.8 7-7 2.2 2.2-7 7z",
  export: "M8 10V2.5M5 5l3-3 3 3M3 9.5V13h10V9.5",
  fit: "M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3",
  group: "M3 3h10v10H3zM5.5 5.5h2.5V8H5.5zM8.5 8.5h2v2h-2z",
  help: "M6 6a2 2 0 1 1 2.8 1.9C8.2 8.2 8 8.6 8 9.3M8 11.3v.2M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2",
  import: "M8 2.5V10M5 7.5l3 3 3-3M3 9.5V13h10V9.5",
  input: "M7 3h6v10H7M3 8h6.5M7 5.5 9.5 8 7 10.5",
  layout: "M3 3.5h4v3H3zM9 9.5h4v3H9zM7 5h2.5v6",
  link: "M6.5 9.5l3-3M5.5 7.5 4 9a2.1 2.1 0 0 0 3 3l1.5-1.5M10.5 8.5 12 7a2.1 2.1 0 0 0-3-3L7.5 5.5",
  logic: "M8 2.5 13.5 8 8 13.5 2.5 8zM8 6v4M6 8h4",
  map: "M2.5 4 6 2.5l4 1.5 3.5-1.5v9.5L10 13.5 6 12l-3.5 1.5zM6 2.5V12M10 4v9.5",
  media: "M3 3.5h10v9H3zM5.5 7a1 1 0 1 0 0-2 1 1 0 0 0 0 2M3 11l3-2.5 2 1.5 2.5-3 2.5 3",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  note: "M3 3h10v6.5L9.5 13H3zM9.5 13V9.5H13M5.5 6h5M5.5 8.5h2.5",
  output: "M9 3H3v10h6M6.5 8H13M10.5 5.5 13 8l-2.5 2.5",
  panel: "M2.5 3.5h11v9h-11zM6 3.5v9",
  person: "M8 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5M3.5 13.5c.5-3 2.3-4 4.5-4s4 1 4.5 4",
  pin: "M6 2.5h4l-.5 4 2 2.5h-7l2-2.5zM8 9v4.5",
  play: "M5 3.5v9l7-4.5z",
  problems: "M8 2.5 14 13H2zM8 6.5v3M8 11.2v.1",
  publish: "M8 13V5M4.5 8 8 4.5 11.5 8M3 2.5h10",
  redo: "M12.5 6.5H6a3 3 0 0 0 0 6h3.5M12.5 6.5 10 4M12.5 6.5 10 9",
  search: "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9M10.5 10.5l3 3",
  stop: "M4 4h8v8H4z",
  text: "M3.5 4.5v-1h9v1M8 3.5v9M6.5 12.5h3",
  theme: "M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11",
  undo: "M3.5 6.5H10a3 3 0 0 1 0 6H6.5M3.5 6.5 6 4M3.5 6.5 6 9",
  unknown: "M3 3h10v10H3zM6.5 6.5a1.5 1.5 0 1 1 2.1 1.4c-.5.2-.6.5-.6 1M8 10.8v.1",
  versions: "M8 4.5V8l2.5 1.5M3 8a5 5 0 1 0 1.5-3.5M3 3v2.5h2.5",
  zoom_in: "M8 4v8M4 8h8",
  zoom_out: "M4 8h8",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({
  name,
  size = 16,
}: {
  readonly name: IconName;
  readonly size?: number;
}): ReactNode {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
