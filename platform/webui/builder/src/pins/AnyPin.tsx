/** A value that may be of several kinds: which one is chosen beside it. */
import { useState } from "react";
import { jsonEqual, type Json } from "@/graph/json";
import type { ControlProps } from "@/pins/control";
import { keepDraft } from "@/pins/drafts";
import { kindOf, type Kind } from "@/pins/field";
import { JsonPin, readJson } from "@/pins/JsonPin";
import { NumberPin } from "@/pins/NumberPin";
import { readNumber } from "@/pins/numbers";
import { TextPin } from "@/pins/TextPin";
import { TogglePin } from "@/pins/TogglePin";
import { fullText } from "@/pins/values";

const NAMES: Readonly<Record<Kind, string>> = {
  text: "Text",
  number: "Number",
  toggle: "On/off",
  json: "JSON",
};

export function AnyPin(props: ControlProps) {
  const { field, value, onChange, id, disabled } = props;
  // The kind stays while somebody types: `1` in JSON may become `1, 2]`.
  const [chosen, setChosen] = useState<{ readonly kind: Kind; readonly of: Json | null }>();
  const isChosen = chosen !== undefined && jsonEqual(chosen.of, value ?? null);
  const kind = isChosen ? chosen.kind : naturalKind(field.kinds, value);
  const kinds = field.kinds.includes(kind) ? field.kinds : [...field.kinds, kind];
  const inner: ControlProps = {
    ...props,
    onChange(next, how) {
      setChosen({ kind, of: next ?? null });
      onChange(next, how);
    },
  };
  return (
    <div className="any-pin" data-kind={kind}>
      {kind === "text" && <TextPin {...inner} />}
      {kind === "number" && <NumberPin {...inner} keepsText={false} />}
      {kind === "toggle" && <TogglePin {...inner} />}
      {kind === "json" && <JsonPin {...inner} />}
      {kinds.length > 1 && (
        <select
          className="any-pin__kind"
          aria-label={`Kind of ${props.label ?? field.title}`}
          value={kind}
          disabled={disabled}
          onChange={(event) => {
            const wanted = kinds.find((one) => one === event.target.value) ?? kind;
            const next = converted(value, wanted, id);
            setChosen({ kind: wanted, of: next ?? null });
            if (!jsonEqual(next ?? null, value ?? null)) onChange(next, "click");
          }}
        >
          {kinds.map((one) => (
            <option key={one} value={one}>
              {NAMES[one]}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}

function naturalKind(kinds: readonly Kind[], value: Json | undefined): Kind {
  return value === undefined || value === null ? (kinds[0] ?? "json") : kindOf(value);
}

/** Return the value as one of another kind; text that is none yet is kept as it is typed. */
function converted(value: Json | undefined, kind: Kind, id: string): Json | undefined {
  if (value === undefined || value === null) return undefined;
  const text = fullText(value);
  if (kind === "text") return text;
  if (kind === "toggle") return value === true || /^(true|1|on|yes)$/i.test(text);
  const found =
    kind === "number"
      ? (readNumber(text) ?? undefined)
      : typeof value === "string"
        ? readJson(text).value
        : value;
  if (found === undefined) keepDraft(id, text, undefined);
  return found;
}
