/** Entries of a key and a value each. Keys that are the same are refused, not merged. */
import { useState } from "react";
import { isObject, withKey, withKeyRenamed, without, type JsonObject } from "@/graph/json";
import { Control } from "@/pins/Control";
import { groupOf, type ControlProps } from "@/pins/control";
import { entryField } from "@/pins/field";
import { JsonPin } from "@/pins/JsonPin";
import { AddButton, MOST_ROWS, RemoveButton, useFocusOnAdded } from "@/pins/rows";

export function DictionaryPin(props: ControlProps) {
  const { field, value, onChange, id, disabled } = props;
  const entries = isObject(value) ? value : {};
  const keys = Object.keys(entries);
  const { place, expect } = useFocusOnAdded(keys.length);
  if (keys.length > MOST_ROWS) return <JsonPin {...props} />;
  return (
    <div {...groupOf(props)} className="list-pin" ref={place}>
      {keys.map((key, index) => (
        // A key is edited in its row: the row is known by its place.
        <div key={index} className="entry" data-row>
          <KeyInput
            name={key}
            taken={keys}
            disabled={disabled}
            id={`${id}-key-${index}`}
            onRename={(to) => onChange(withKeyRenamed(entries, key, to), "typing")}
          />
          <div className="entry__value">
            <Control
              field={entryField(field, key)}
              value={entries[key]}
              onChange={(next, how) => onChange(withKey(entries, key, next ?? null), how)}
              id={`${id}-${index}`}
              label={`Value of ${key}`}
              describedBy={undefined}
              invalid={false}
              disabled={disabled}
            />
          </div>
          <RemoveButton
            label={`Remove ${key}`}
            disabled={disabled}
            onClick={() => onChange(without(entries, key), "click")}
          />
        </div>
      ))}
      <AddButton
        id={id}
        disabled={disabled}
        onClick={() => {
          expect();
          const kept = isObject(value) || !isObject(field.default) ? entries : field.default;
          onChange({ ...kept, [freeKey(kept)]: "" }, "click");
        }}
      >
        Add an entry
      </AddButton>
    </div>
  );
}

interface KeyInputProps {
  readonly name: string;
  readonly taken: readonly string[];
  readonly disabled: boolean;
  readonly id: string;
  readonly onRename: (to: string) => void;
}

function KeyInput({ name, taken, disabled, id, onRename }: KeyInputProps) {
  // A key that is taken stays in its box until it is another one.
  const [typed, setTyped] = useState<{ readonly text: string; readonly of: string }>();
  const text = typed?.of === name ? typed.text : name;
  const problem =
    text !== name && taken.includes(text) ? `There is already an entry “${text}”.` : null;
  return (
    <span className="entry__key">
      <input
        type="text"
        id={id}
        dir="auto"
        aria-label={`Key of ${name}`}
        aria-invalid={problem ? true : undefined}
        aria-describedby={problem ? `${id}-problem` : undefined}
        disabled={disabled}
        value={text}
        onChange={(event) => {
          const next = event.target.value;
          const isFree = !taken.includes(next);
          setTyped({ text: next, of: isFree ? next : name });
          if (isFree) onRename(next);
        }}
      />
      {problem && (
        <span id={`${id}-problem`} className="field__errors" role="status">
          {problem}
        </span>
      )}
    </span>
  );
}

function freeKey(entries: JsonObject): string {
  for (let number = 1; ; number += 1) {
    const key = number === 1 ? "key" : `key ${number}`;
    if (!Object.hasOwn(entries, key)) return key;
  }
}
