/** One value with its label, help and problem, and the ways to give it up or to edit it as JSON. */
import { useState, type ReactNode } from "react";
import { jsonEqual, type Json } from "@/graph/json";
import { Control, GROUPS, shows } from "@/pins/Control";
import { labelId, type OnChange } from "@/pins/control";
import type { Field } from "@/pins/field";
import { BracesIcon, ResetIcon } from "@/pins/icons";
import { JsonPin } from "@/pins/JsonPin";
import { summary } from "@/pins/values";
import { Words } from "@/pins/Words";
import "@/pins/pins.css";

export interface PinFieldProps {
  /** Says which field it is as long as the page lives: drafts are kept by it. */
  readonly id: string;
  readonly field: Field;
  readonly value: Json | undefined;
  readonly onChange: OnChange;
  /** What is wrong with the value. */
  readonly problem?: string | null;
  readonly disabled?: boolean;
  /** Stands in place of the control: where the value comes from. */
  readonly instead?: ReactNode;
}

const AS_JSON = new Set(["list", "dictionary", "object", "table", "variant"]);

/** Controls that have no place for what holds without a value. */
const HIDE_DEFAULT = new Set(["list", "dictionary", "table"]);

export function PinField(props: PinFieldProps) {
  const { id, field, value, onChange, problem, disabled = false, instead } = props;
  const [asJson, setAsJson] = useState(false);
  const isGiven = value !== undefined && value !== null;
  const canShow = shows(field.control, value);
  const helpId = field.description ? `${id}-help` : undefined;
  const problemId = problem ? `${id}-problem` : undefined;
  const control = {
    id,
    field,
    value,
    onChange,
    disabled,
    invalid: Boolean(problem),
    describedBy: [helpId, problemId].filter(Boolean).join(" ") || undefined,
  };
  const isGroup = GROUPS.has(field.control) && canShow && !asJson;
  return (
    <div className={`field${problem ? " field--wrong" : ""}`} data-pin={field.name}>
      <div className="field__top">
        {isGroup || instead ? (
          <span className="field__label" id={labelId(id)}>
            <Title field={field} />
          </span>
        ) : (
          <label className="field__label" htmlFor={id} id={labelId(id)}>
            <Title field={field} />
          </label>
        )}
        {!instead && !disabled && (
          <span className="field__tools">
            {AS_JSON.has(field.control) && canShow && (
              <button
                type="button"
                className="icon-button"
                aria-pressed={asJson}
                aria-label={`Edit ${field.title} as JSON`}
                title="Edit as JSON"
                onClick={() => setAsJson(!asJson)}
              >
                <BracesIcon />
              </button>
            )}
            {isGiven && !jsonEqual(value, field.default) && (
              <button
                type="button"
                className="icon-button"
                aria-label={`${resetWord(field)} ${field.title}`}
                title={resetWord(field)}
                onClick={() => onChange(undefined, "click")}
              >
                <ResetIcon />
              </button>
            )}
          </span>
        )}
      </div>
      {instead ?? (asJson ? <JsonPin {...control} /> : <Control {...control} />)}
      {!isGiven && !instead && HIDE_DEFAULT.has(field.control) && summary(field.default) && (
        <p className="field__help">Without it: {summary(field.default)}</p>
      )}
      {field.description && (
        <p className="field__help" id={helpId} dir="auto">
          <Words text={field.description} />
        </p>
      )}
      {problem && (
        <p className="field__errors" id={problemId} dir="auto">
          <Words text={problem} />
        </p>
      )}
      {problem && offersEmptyText(field, value) && !instead && !disabled && (
        <button type="button" className="link-button" onClick={() => onChange("", "click")}>
          Use empty text
        </button>
      )}
    </div>
  );
}

function Title({ field }: { readonly field: Field }) {
  return (
    <>
      <span dir="auto">{field.title}</span>{" "}
      {field.required && <span className="required">required</span>}
    </>
  );
}

function resetWord(field: Field): string {
  return field.default === undefined ? "Clear" : "Use the default of";
}

/** Return whether somebody may want empty text here, which no typing gives. */
function offersEmptyText(field: Field, value: Json | undefined): boolean {
  const isText = field.control === "text" || field.control === "long-text";
  return isText && field.required && value === undefined && !field.secret;
}
