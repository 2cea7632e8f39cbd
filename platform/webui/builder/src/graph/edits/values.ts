/** Changes of values: those of pins, and those of the agent itself. */
import type { Catalogue } from "@/graph/catalogue";
import type { GraphDocument, Json, JsonObject } from "@/graph/document";
import { withNode } from "@/graph/edits/parts";
import { withKey } from "@/graph/json";
import { valuesOf, withValues } from "@/graph/pins";

/** Return the document with a pin's value; `undefined` takes the value away. */
export function setValue(
  document: GraphDocument,
  node: string,
  pin: string,
  value: Json | undefined,
  catalogue: Catalogue,
): GraphDocument {
  return withNode(document, node, (one) =>
    withValues(one, withKey(valuesOf(one, catalogue), pin, value), catalogue),
  );
}

/** Return the document with several keys of a node's `input_default` set, or taken away. */
export function setDefaults(
  document: GraphDocument,
  node: string,
  values: Readonly<Record<string, Json | undefined>>,
): GraphDocument {
  return withNode(document, node, (one) => {
    const input_default = Object.entries(values).reduce<JsonObject>(
      (held, [key, value]) => withKey(held, key, value),
      one.input_default,
    );
    return input_default === one.input_default ? one : { ...one, input_default };
  });
}

export function setName(document: GraphDocument, name: string): GraphDocument {
  return withKey(document, "name", name);
}

export function setDescription(document: GraphDocument, description: string): GraphDocument {
  return withKey(document, "description", description);
}
