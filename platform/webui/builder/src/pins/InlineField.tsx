/**
 * A short value on the node itself: read there, and edited there after a click.
 *
 * There may be thousands of pins on a canvas: until somebody clicks, this is one button.
 */
import { useRef, useState, type KeyboardEvent } from "react";
import { useEditorStore } from "@/editor/context";
import { jumpTo } from "@/editor/jump";
import { findNode } from "@/graph/document";
import { setValue } from "@/graph/edits";
import type { Json } from "@/graph/json";
import { inputPin, type Pin } from "@/graph/pins";
import { Control, shows } from "@/pins/Control";
import type { How } from "@/pins/control";
import type { Field } from "@/pins/field";
import { nodeField } from "@/pins/nodeField";
import { misfitOf } from "@/pins/problem";

/** What can be edited in one line. The rest is edited in the inspector. */
const SHORT: ReadonlySet<string> = new Set([
  "text",
  "number",
  "integer",
  "choice",
  "date",
  "time",
  "date-time",
]);
const LONGEST_TEXT = 80;

interface InlineFieldProps {
  readonly node: string;
  readonly pin: Pin;
  /** What the pin holds, in a few words. */
  readonly text: string;
  /** Whether that was given, and is no default. */
  readonly isGiven: boolean;
}

export function InlineField({ node, pin, text, isGiven }: InlineFieldProps) {
  const store = useEditorStore();
  const [isEdited, setEdited] = useState(false);
  const button = useRef<HTMLButtonElement>(null);

  function begin() {
    if (store.getState().readOnly) return;
    const { document, catalogue } = store.getState();
    const field = fieldAt(node, pin.name, store.getState());
    if (!field) return;
    if (field.control === "toggle" && typeof (pin.value ?? false) === "boolean") {
      const isOn = (pin.value ?? field.default) === true;
      store
        .getState()
        .edit(`Change ${field.title}`, (now) => setValue(now, node, pin.name, !isOn, catalogue));
    } else if (isShort(field, pin.value)) setEdited(true);
    else if (findNode(document, node)) jumpTo(store, { node_id: node, pin: pin.name });
  }

  if (isEdited)
    return (
      <InlineEditor
        node={node}
        pin={pin}
        onDone={(byKey) => {
          setEdited(false);
          if (byKey) requestAnimationFrame(() => button.current?.focus());
        }}
      />
    );
  return (
    <button
      ref={button}
      type="button"
      className="pin__value nodrag nopan"
      data-given={isGiven || undefined}
      // From the keyboard, values are edited in the inspector: a stop at each pin of each node
      // would make the way through the canvas endless.
      tabIndex={-1}
      aria-label={`Edit ${pin.title}: ${text || "nothing"}`}
      onClick={begin}
      onDoubleClick={(event) => event.stopPropagation()}
    >
      {text}
    </button>
  );
}

interface InlineEditorProps {
  readonly node: string;
  readonly pin: Pin;
  readonly onDone: (byKey: boolean) => void;
}

function InlineEditor({ node, pin, onDone }: InlineEditorProps) {
  const store = useEditorStore();
  const field = fieldAt(node, pin.name, store.getState());
  const [before] = useState(pin.value);
  if (!field) return null;
  const change = (value: Json | undefined, how: How) => {
    const { catalogue } = store.getState();
    store
      .getState()
      .edit(
        `Change ${field.title}`,
        (document) => setValue(document, node, pin.name, value, catalogue),
        how === "typing" ? { merge: `value:${node}:${pin.name}` } : {},
      );
  };
  function onKeyDown(event: KeyboardEvent) {
    event.stopPropagation();
    if (event.key === "Escape") change(before, "typing");
    if (event.key !== "Escape" && !(event.key === "Enter" && !event.shiftKey)) return;
    event.preventDefault();
    store.getState().settle();
    onDone(true);
  }
  return (
    <span
      className="inline-field nodrag nopan nowheel"
      onKeyDown={onKeyDown}
      onPointerDown={(event) => event.stopPropagation()}
      onDoubleClick={(event) => event.stopPropagation()}
      onBlur={() => {
        store.getState().settle();
        onDone(false);
      }}
      ref={focusInside}
    >
      <Control
        id={`inline-${node}-${pin.name}`}
        field={field}
        value={pin.value}
        onChange={change}
        label={pin.title}
        describedBy={undefined}
        invalid={misfitOf(field, pin.value) !== null}
        disabled={false}
      />
    </span>
  );
}

/** Put the focus where one types, with what is there chosen. */
function focusInside(place: HTMLElement | null): void {
  const control = place?.querySelector<HTMLElement>("input, textarea, select");
  control?.focus({ preventScroll: true });
  if (control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement)
    control.select();
}

function fieldAt(
  node: string,
  pin: string,
  { document, catalogue }: ReturnType<ReturnType<typeof useEditorStore>["getState"]>,
): Field | undefined {
  const found = findNode(document, node);
  const known = found && inputPin(document, found, pin, catalogue);
  return found && known && nodeField(known, found, catalogue.get(found.block_id));
}

function isShort(field: Field, value: Json | undefined): boolean {
  if (field.secret || !SHORT.has(field.control) || !shows(field.control, value)) return false;
  return typeof value !== "string" || (value.length <= LONGEST_TEXT && !value.includes("\n"));
}
