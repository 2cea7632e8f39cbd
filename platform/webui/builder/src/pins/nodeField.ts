/** How to ask for the value of a node's pin, where the node's other values have a say in it. */
import type { Block } from "@/graph/catalogue";
import type { NodeDocument } from "@/graph/document";
import type { Pin } from "@/graph/pins";
import { valueSchemaOf } from "@/graph/surface";
import { fieldOf, fieldOfPin, type Field } from "@/pins/field";

/** Return the field of a node's pin. */
export function nodeField(pin: Pin, node: NodeDocument, block: Block | undefined): Field {
  const field = fieldOfPin(pin);
  if (block?.uiType === "Note" && pin.name === "text") return { ...field, control: "long-text" };
  if (block?.uiType !== "Input" || pin.name !== "value") return field;
  const part = { ...pin.schema.part, ...valueSchemaOf(node.input_default, block) };
  const shaped = fieldOf(pin.name, { part, root: pin.schema.root }, pin.required);
  return { ...shaped, title: field.title, secret: node.input_default.secret === true };
}
