/** The values of a node, by pin: those that are given here, and where the others come from. */
import { useEffect, useState } from "react";
import { useShallow } from "zustand/react/shallow";
import { useEdit } from "@/editor/useEdit";
import { useEditor } from "@/editor/context";
import { onJump, takeWantedPin } from "@/editor/jump";
import type { Block } from "@/graph/catalogue";
import type { NodeDocument } from "@/graph/document";
import { addDynamicPin, removeDynamicPin, setValue } from "@/graph/edits";
import { groupedBy } from "@/graph/grouping";
import type { Json } from "@/graph/json";
import { nextDynamicPin, pinsOf, type Pin } from "@/graph/pins";
import type { Problem } from "@/graph/problems";
import { ARGUMENTS } from "@/graph/toolpins";
import { LinkedValue } from "@/panels/Inspector/LinkedValue";
import { nodeField } from "@/pins/nodeField";
import type { How } from "@/pins/control";
import type { Field } from "@/pins/field";
import { PlusIcon, RemoveIcon } from "@/pins/icons";
import { PinField } from "@/pins/PinField";
import { PinForm } from "@/pins/PinForm";
import { shownMisfitOf } from "@/pins/problem";

interface NodeFieldsProps {
  readonly node: NodeDocument;
  readonly block: Block | undefined;
}

export function NodeFields({ node, block }: NodeFieldsProps) {
  const { inputs } = useEditor(({ document, catalogue }) => pinsOf(node, document, catalogue));
  const wanted = useWantedPin(node.id);
  const declared = inputs.filter((pin) => !pin.isDynamic);
  const byName = new Map(declared.map((pin) => [pin.name, pin]));
  const grown = groupedBy(
    inputs.filter((pin) => pin.isDynamic),
    (pin) => pin.base,
  );
  const orphans = [...grown].filter(([base]) => !byName.has(base)).flatMap(([, pins]) => pins);
  if (inputs.every((pin) => pin.hidden))
    return <p className="inspector__quiet">This block takes no values.</p>;
  return (
    <div className="fields">
      <PinForm
        wanted={wanted}
        fields={declared.map((pin) => nodeField(pin, node, block))}
        isNeeded={(field) => {
          const pin = byName.get(field.name);
          return Boolean(pin && (pin.linked || (pin.value !== undefined && pin.value !== null)));
        }}
      >
        {(field) => {
          const pin = byName.get(field.name);
          if (!pin) return null;
          return (
            <div key={field.name} className="pin-group">
              <NodeField node={node} pin={pin} field={field} />
              {grown.get(field.name)?.map((one) => (
                <DynamicField key={one.name} node={node} block={block} pin={one} />
              ))}
              {canGrow(pin, field, block) && <AddPin node={node} pin={pin} />}
            </div>
          );
        }}
      </PinForm>
      {orphans.map((pin) => (
        <DynamicField key={pin.name} node={node} block={block} pin={pin} />
      ))}
    </div>
  );
}

function DynamicField({ node, block, pin }: NodeFieldsProps & { readonly pin: Pin }) {
  const { edit, readOnly, catalogue } = useActions();
  const field = nodeField(pin, node, block);
  return (
    <div className="dynamic-pin">
      <NodeField
        node={node}
        pin={pin}
        field={pin.base === ARGUMENTS ? field : { ...field, description: "" }}
      />
      {!readOnly && (pin.linked || pin.value !== undefined) && (
        <button
          type="button"
          className="icon-button"
          aria-label={`Remove the pin ${pin.name}`}
          title="Remove this pin"
          onClick={() =>
            edit("Remove a pin", (document) =>
              removeDynamicPin(document, node.id, pin.name, catalogue),
            )
          }
        >
          <RemoveIcon />
        </button>
      )}
    </div>
  );
}

interface NodeFieldProps {
  readonly node: NodeDocument;
  readonly pin: Pin;
  readonly field: Field;
}

function NodeField({ node, pin, field }: NodeFieldProps) {
  const { edit, readOnly, catalogue } = useActions();
  const problems = useEditor(
    useShallow(({ problems }) =>
      problems.filter((one) => one.node_id === node.id && one.pin === pin.name),
    ),
  );
  const change = (value: Json | undefined, how: How) =>
    edit(
      `Change ${field.title}`,
      (document) => setValue(document, node.id, pin.name, value, catalogue),
      how === "typing" ? { merge: `value:${node.id}:${pin.name}` } : {},
    );
  return (
    <PinField
      id={fieldId(node.id, pin.name)}
      field={field}
      value={pin.value}
      onChange={change}
      problem={
        problems.map((one) => sentence(one, field, pin.value)).join(" ") ||
        shownMisfitOf(field, pin.value) // what other values of the node make of this one
      }
      disabled={readOnly}
      instead={pin.linked ? <LinkedValue node={node.id} pin={pin} /> : undefined}
    />
  );
}

/** Return whether parts of the value are often linked: those of lists and dictionaries. */
function canGrow(pin: Pin, field: Field, block: Block | undefined): boolean {
  const isOpen = field.control === "list" || field.control === "dictionary";
  return pin.grows !== null && !pin.linked && isOpen && block?.uiType !== "Input";
}

/** Return a problem as the field says it that it is about. */
function sentence(problem: Problem, field: Field, value: Json | undefined): string {
  if (problem.code === "missing_value") return "Give it a value, or link something to it.";
  if (problem.code === "invalid_input") return shownMisfitOf(field, value) ?? "";
  return problem.detail;
}

function AddPin({ node, pin }: { readonly node: NodeDocument; readonly pin: Pin }) {
  const { edit, readOnly, catalogue } = useActions();
  if (readOnly) return null;
  return (
    <button
      type="button"
      className="link-button add-pin"
      title="A pin of its own for one part of this value, so that something can be linked to it"
      onClick={() =>
        edit("Add a pin", (document) => {
          const name = nextDynamicPin(node, document, catalogue, pin);
          return name === undefined ? document : addDynamicPin(document, node.id, name, catalogue);
        })
      }
    >
      <PlusIcon /> Add a pin to {pin.title}
    </button>
  );
}

/** Return the id of the element that asks for a pin's value. */
export function fieldId(node: string, pin: string): string {
  return `pin-${node}-${pin}`;
}

/** Return the pin that somebody goes to, whose field gets the focus as soon as it is there. */
function useWantedPin(node: string): string | null {
  const [pin, setPin] = useState<string | null>(null);
  useEffect(() => {
    const take = () => setPin((held) => takeWantedPin(node) ?? held);
    take();
    return onJump(take);
  }, [node]);
  useEffect(() => {
    if (pin === null) return;
    const element = document.getElementById(fieldId(node, pin));
    element?.scrollIntoView({ block: "center" });
    element?.focus({ preventScroll: true });
    // A little later: what was unfolded for it must have noticed.
    const forget = setTimeout(() => setPin(null), 500);
    return () => clearTimeout(forget);
  }, [node, pin]);
  return pin;
}

function useActions() {
  const edit = useEdit();
  const readOnly = useEditor((editor) => editor.readOnly);
  const catalogue = useEditor((editor) => editor.catalogue);
  return { edit, readOnly, catalogue };
}
