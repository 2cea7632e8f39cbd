/** Fields below each other; those that few people need are folded away. */
import { useState, type ReactNode } from "react";
import type { Field } from "@/pins/field";

export interface PinFormProps {
  readonly fields: readonly Field[];
  /** Shows one field. */
  readonly children: (field: Field) => ReactNode;
  /** Says of a folded field that it has something to show, so that it is not folded away. */
  readonly isNeeded: (field: Field) => boolean;
  /** The name of a field that somebody goes to: it is not left folded away. */
  readonly wanted?: string | null;
}

export function PinForm({ fields, children, isNeeded, wanted }: PinFormProps) {
  const shown = fields.filter((field) => !field.hidden);
  const advanced = shown.filter((field) => field.advanced);
  const needed = advanced.filter(isNeeded).length;
  // Open where something is wrong or set in there; closed and opened by hand afterwards.
  const [isOpened, setIsOpen] = useState(needed > 0);
  const isOpen = isOpened || advanced.some((field) => field.name === wanted);
  return (
    <>
      {shown.filter((field) => !field.advanced).map(children)}
      {advanced.length > 0 && (
        <details
          className="advanced"
          open={isOpen}
          onToggle={(event) => setIsOpen(event.currentTarget.open)}
        >
          <summary>Advanced{needed > 0 && !isOpen ? ` (${needed} set)` : ""}</summary>
          {isOpen && <div className="fields">{advanced.map(children)}</div>}
        </details>
      )}
    </>
  );
}
