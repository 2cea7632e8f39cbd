/** What kinds of pins and blocks look like: a colour, and for those who see none a shape or a word. */
import type { Block } from "@/graph/catalogue";
import { alternatives, choicesOf, itemsOf, typeOf, type Schema } from "@/graph/schema";
import type { IconName } from "@/ui/icons";

export type PinLook = "any" | "text" | "number" | "boolean" | "list" | "object" | "choice";

/** Return the look of a pin's values. */
export function pinLook(schema: Schema): PinLook {
  const found = new Set(alternatives(schema).map(lookOfOne));
  const [only] = found;
  return found.size === 1 && only ? only : "any";
}

function lookOfOne(schema: Schema): PinLook {
  if (choicesOf(schema)) return "choice";
  switch (typeOf(schema)) {
    case "string":
      return "text";
    case "integer":
    case "number":
      return "number";
    case "boolean":
      return "boolean";
    case "array":
      return "list";
    case "object":
      return "object";
    default:
      return "any";
  }
}

const WORDS: Readonly<Record<PinLook, string>> = {
  any: "any value",
  text: "text",
  number: "number",
  boolean: "yes or no",
  list: "list",
  object: "object",
  choice: "one of several",
};

/** Return what the pin takes or gives, in words. */
export function typeWords(schema: Schema): string {
  const looks = [...new Set(alternatives(schema).map(lookOfOne))];
  if (looks.length === 1 && looks[0] === "list") {
    const [list] = alternatives(schema);
    const inside = list ? pinLook(itemsOf(list)) : "any";
    return inside === "any" ? "list" : `list of ${WORDS[inside]}`;
  }
  if (looks.length === 0 || looks.length > 3 || looks.includes("any")) return WORDS.any;
  return looks.map((look) => WORDS[look]).join(" or ");
}

/** The families of blocks, in the palette's order. */
export type Family =
  | "input"
  | "output"
  | "logic"
  | "text"
  | "data"
  | "agent"
  | "ai"
  | "person"
  | "media"
  | "web"
  | "basic"
  | "note";

const FAMILY_OF_CATEGORY: Readonly<Record<string, Family>> = {
  INPUT: "input",
  OUTPUT: "output",
  LOGIC: "logic",
  TEXT: "text",
  DATA: "data",
  AGENT: "agent",
  AI: "ai",
  MULTIMEDIA: "media",
  COMMUNICATION: "web",
  SEARCH: "web",
  SOCIAL: "web",
  BASIC: "basic",
};

export const FAMILIES: Readonly<
  Record<Family, { readonly title: string; readonly icon: IconName }>
> = {
  input: { title: "Inputs", icon: "input" },
  output: { title: "Outputs", icon: "output" },
  logic: { title: "Logic and flow", icon: "logic" },
  text: { title: "Text", icon: "text" },
  data: { title: "Data", icon: "data" },
  ai: { title: "AI", icon: "chat" },
  web: { title: "Web and messages", icon: "link" },
  media: { title: "Files and media", icon: "media" },
  person: { title: "People", icon: "person" },
  agent: { title: "Agents", icon: "agent" },
  basic: { title: "Lists, dictionaries, more", icon: "basic" },
  note: { title: "Notes", icon: "note" },
};

/** Return the family that the block is shown in. */
export function familyOf(block: Block | undefined): Family {
  if (!block) return "basic";
  if (block.uiType === "Note") return "note";
  if (block.uiType === "Input") return "input";
  if (block.uiType === "Output") return "output";
  if (block.uiType === "Agent") return "agent";
  if (block.uiType === "AI") return "ai";
  if (block.uiType === "Human In The Loop") return "person";
  const found = block.categories.map(({ category }) => FAMILY_OF_CATEGORY[category]);
  return found.find((family) => family && family !== "basic") ?? "basic";
}

export function iconOf(block: Block | undefined): IconName {
  return block ? FAMILIES[familyOf(block)].icon : "unknown";
}
