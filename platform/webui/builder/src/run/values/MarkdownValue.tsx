import { useLayoutEffect, useRef } from "react";

import { safeMarkdown } from "@/run/values/markdown";

/** Markdown as it is meant to look, with nothing in it that could act. */
export function MarkdownValue({ text }: { readonly text: string }) {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => place.current?.replaceChildren(safeMarkdown(text)), [text]);
  return <div ref={place} className="markdown-value" dir="auto" />;
}
