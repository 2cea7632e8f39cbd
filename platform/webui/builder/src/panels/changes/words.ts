/** Changes of a graph in words. */
import { titleOf, type Catalogue } from "@/graph/catalogue";
import type { ChangeKind, FieldChange } from "@/graph/diff";
import { findNode, type GraphDocument, type Json, type NodeDocument } from "@/graph/document";
import { isArray, isObject } from "@/graph/json";
import { baseOf, stepsOf } from "@/graph/pinnames";
import { inputSchema } from "@/graph/pins";
import { resolved } from "@/graph/schema";

export const KIND_WORDS: Readonly<Record<ChangeKind, string>> = {
  added: "added",
  removed: "removed",
  changed: "changed",
  moved: "moved",
};

const OWN_WORDS: Readonly<Record<string, string>> = {
  name: "Name",
  description: "Description",
  groups: "Groups",
  block_id: "Block",
  "metadata.customized_name": "Name of the node",
  "metadata.disabled": "Disabled",
  "metadata.pinned": "Pinned outputs",
  "metadata.group": "Group",
  "metadata.retry": "Retries",
  "metadata.timeout_seconds": "Time limit",
  "metadata.folded": "Folded",
};

/** Return the name of a field as people know it. */
export function fieldName(
  path: readonly string[],
  node: NodeDocument | undefined,
  catalogue: Catalogue,
): string {
  const own = OWN_WORDS[path.join(".")];
  if (own) return own;
  const [where, ...rest] = path;
  const last = path.at(-1) ?? "";
  if (where !== "input_default" || !node) return last;
  const pin = rest[0] === "inputs" && rest[1] !== undefined ? rest[1] : (rest[0] ?? last);
  const { title } = resolved(inputSchema(node, baseOf(pin), catalogue)).part;
  const steps = stepsOf(pin)?.map((step) => step.name) ?? [];
  return [typeof title === "string" && title ? title : baseOf(pin), ...steps].join(" › ");
}

const LONGEST = 200;

/** Return a value in a line. */
export function valueText(value: Json | undefined): string {
  if (value === undefined || value === null) return "nothing";
  if (value === "") return "an empty text";
  if (typeof value === "string") return cut(value);
  if (isArray(value) && value.length === 0) return "an empty list";
  if (isObject(value) && Object.keys(value).length === 0) return "an empty object";
  return cut(JSON.stringify(value));
}

function cut(text: string): string {
  const signs = Array.from(text);
  return signs.length > LONGEST ? `${signs.slice(0, LONGEST).join("")}…` : text;
}

/** Return `Calculator.result → Print.text` for a link. */
export function linkText(
  link: { source_id: string; source_name: string; sink_id: string; sink_name: string },
  documents: readonly GraphDocument[],
  catalogue: Catalogue,
): string {
  const title = (id: string) => {
    const node = documents.map((one) => findNode(one, id)).find((one) => one !== undefined);
    return node ? titleOf(node, catalogue) : "a node that is gone";
  };
  const from = `${title(link.source_id)} · ${link.source_name}`;
  return `${from} → ${title(link.sink_id)} · ${link.sink_name}`;
}

/** Return `3 nodes`, `1 node`. */
export function counted(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}

/** Return what a field's change is, read out: `from 1 to 5`. */
export function changeText({ before, after }: FieldChange): string {
  return `from ${valueText(before)} to ${valueText(after)}`;
}
