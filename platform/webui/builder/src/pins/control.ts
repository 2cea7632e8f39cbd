/** What every control gets: the value, and how it is tied to its label, help and problem. */
import type { Json } from "@/graph/json";
import type { Field } from "@/pins/field";

/** How a value was changed. What is typed belongs to one gesture; a click is one by itself. */
export type How = "typing" | "click";

export type OnChange = (value: Json | undefined, how: How) => void;

export interface ControlProps {
  readonly field: Field;
  /** Undefined where nothing is given. Null says the same, and is kept until it is edited. */
  readonly value: Json | undefined;
  readonly onChange: OnChange;
  /** The id of the control, or of the first one where there are several. Never changes. */
  readonly id: string;
  /** The ids of what describes it: help and problem. */
  readonly describedBy: string | undefined;
  /** The name where no visible label is tied to the control. */
  readonly label?: string | undefined;
  readonly invalid: boolean;
  readonly disabled: boolean;
}

export interface AriaProps {
  readonly id: string;
  readonly "aria-describedby": string | undefined;
  readonly "aria-invalid": true | undefined;
  readonly "aria-label": string | undefined;
  readonly disabled: boolean;
}

/** Return the attributes that tie an element to the words around it. */
export function ariaOf({ id, describedBy, label, invalid, disabled }: ControlProps): AriaProps {
  return {
    id,
    "aria-describedby": describedBy,
    "aria-invalid": invalid || undefined,
    "aria-label": label,
    disabled,
  };
}

/** Return the attributes of a group of elements that are one control. */
export function groupOf({ id, describedBy, label }: ControlProps) {
  return {
    role: "group",
    "aria-describedby": describedBy,
    ...(label === undefined ? { "aria-labelledby": labelId(id) } : { "aria-label": label }),
  };
}

export function labelId(id: string): string {
  return `${id}-label`;
}
