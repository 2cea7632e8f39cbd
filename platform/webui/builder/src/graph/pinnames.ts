/**
 * Dynamic pins: a link may end inside a list, a dictionary or an object.
 *
 * `values_#_name` is the key `name` of the pin `values`, `items_$_0` the first item of the list
 * `items`, `user_@_email` the attribute `email` of the object `user`; paths may go on
 * (`a_#_b_$_0`). The same rules as `agents/engine/pins.py`.
 */

export type Dynamic = "list" | "dict" | "object";

export const DELIMITERS: Readonly<Record<Dynamic, string>> = {
  list: "_$_",
  dict: "_#_",
  object: "_@_",
};
export const TOOLS = "tools";
export const TOOL_PIN = "tools_^_";
const TOOL_SEPARATOR = "_~_";
const DELIMITER = /(_\$_|_#_|_@_)/;
const LONGEST_LIST = 10_000;

export interface Step {
  readonly kind: Dynamic;
  readonly name: string;
}

/** Return the pin that a dynamic name belongs to; a plain name is its own base. */
export function baseOf(name: string): string {
  if (name.startsWith(TOOL_PIN)) return TOOLS;
  return name.split(DELIMITER, 1)[0] ?? name;
}

/** Return whether the name leads inside a pin's value. */
export function isDynamic(name: string): boolean {
  return DELIMITER.test(name);
}

/** Return the steps of a dynamic name below its base, or undefined where it is malformed. */
export function stepsOf(name: string): readonly Step[] | undefined {
  const parts = name.split(DELIMITER).slice(1);
  const steps: Step[] = [];
  for (let index = 0; index < parts.length; index += 2) {
    const kind = kindOfDelimiter(parts[index]);
    const step = parts[index + 1];
    if (!kind || !step) return undefined;
    steps.push({ kind, name: step });
  }
  return steps.length > 0 ? steps : undefined;
}

/** Return the dynamic pin one step below another pin. */
export function pinBelow(pin: string, kind: Dynamic, name: string): string {
  return `${pin}${DELIMITERS[kind]}${name}`;
}

/** Return why a dynamic pin's path cannot be followed, in the server's words; undefined if it can. */
export function badPath(name: string): string | undefined {
  for (const step of stepsOf(name) ?? []) {
    if (step.kind !== "list") continue;
    if (!/^[0-9]{1,9}$/.test(step.name))
      return `In the pin '${name}' the list index '${step.name}' is not a whole number.`;
    if (Number(step.name) >= LONGEST_LIST)
      return `In the pin '${name}' the list index is over ${LONGEST_LIST - 1}.`;
  }
  return undefined;
}

/** Return `tools_^_{node}_~_{pin}` with the node's new id; any other name as it is. */
export function withToolRenewed(pin: string, ids: ReadonlyMap<string, string>): string {
  if (!pin.startsWith(TOOL_PIN)) return pin;
  const rest = pin.slice(TOOL_PIN.length);
  const end = rest.indexOf(TOOL_SEPARATOR);
  const node = end < 0 ? rest : rest.slice(0, end);
  return `${TOOL_PIN}${ids.get(node) ?? node}${rest.slice(node.length)}`;
}

function kindOfDelimiter(delimiter: string | undefined): Dynamic | undefined {
  return (Object.keys(DELIMITERS) as Dynamic[]).find((kind) => DELIMITERS[kind] === delimiter);
}
