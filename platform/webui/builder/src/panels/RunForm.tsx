/**
 * The form that asks for an agent's inputs: the same one as on the agent's page, in the builder.
 *
 * It checks before it sends, shows what the server refuses at the inputs that it is about, and
 * remembers what was given last, but for secrets and large values.
 */
import { useId, useState } from "react";
import { Refused } from "@/api/client";
import type { Json, JsonObject } from "@/graph/json";
import { sentenceOf } from "@/panels/sentence";
import { lastInputs, rememberInputs } from "@/panels/lastInputs";
import { fieldsOf, type Field } from "@/pins/field";
import { PinField } from "@/pins/PinField";
import { PinForm } from "@/pins/PinForm";
import { refusalOf } from "@/pins/problem";
import "@/panels/Inspector/inspector.css";

export interface RunFormProps {
  /** What the values are remembered for. */
  readonly agent: string;
  /** What the agent takes. */
  readonly schema: JsonObject;
  /** What the fields hold at first, instead of what was given last. */
  readonly initial?: JsonObject;
  /** Start the run; what it throws is shown. */
  readonly onRun: (inputs: JsonObject) => Promise<void>;
  /** Ties the form to a button elsewhere, by the attribute `form`. */
  readonly id?: string;
  /** The words on its own button; without them it has none. */
  readonly button?: string;
  readonly onBusy?: (isBusy: boolean) => void;
}

export function RunForm({ agent, schema, initial, onRun, id, button, onBusy }: RunFormProps) {
  const ownId = useId();
  const formId = id ?? ownId;
  const fields = fieldsOf({ part: schema, root: schema });
  const [values, setValues] = useState<JsonObject>(() => initial ?? lastInputs(agent, fields));
  const [isChecked, setChecked] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const problemOf = (field: Field) =>
    (isChecked ? refusalOf(field, values[field.name]) : null) ?? refusedAt(error, field.name);

  async function run() {
    setChecked(true);
    setError(null);
    const wrong = fields.find((field) => refusalOf(field, values[field.name]));
    if (wrong) {
      // Once the field shows its problem: the focus goes where something has to be done.
      requestAnimationFrame(() => document.getElementById(fieldId(formId, wrong))?.focus());
      return;
    }
    setBusy(true);
    onBusy?.(true);
    const inputs = given(fields, values);
    try {
      await onRun(inputs);
      if (!initial) rememberInputs(agent, fields, inputs);
    } catch (refused) {
      setError(refused);
    } finally {
      setBusy(false);
      onBusy?.(false);
    }
  }

  return (
    <form
      id={formId}
      className="fields run-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void run();
      }}
    >
      {fields.length === 0 && <p>This agent asks for nothing.</p>}
      <PinForm
        fields={fields}
        isNeeded={(field) => values[field.name] !== undefined || problemOf(field) !== null}
      >
        {(field) => (
          <PinField
            key={field.name}
            id={fieldId(formId, field)}
            field={field}
            value={values[field.name]}
            problem={problemOf(field)}
            onChange={(value: Json | undefined) =>
              setValues((now) => ({ ...now, [field.name]: value }))
            }
          />
        )}
      </PinForm>
      {error !== null && !isShownAtFields(error, fields) && (
        <p className="notice notice--error" role="alert" dir="auto">
          {sentenceOf(error)}
        </p>
      )}
      {button && (
        <div className="actions">
          <button type="submit" className="button button--primary" disabled={isBusy}>
            {isBusy ? "Starting…" : button}
          </button>
        </div>
      )}
    </form>
  );
}

function fieldId(form: string, field: Field): string {
  return `${form}-${field.name}`;
}

/** Return what to send: what is left empty is left to the agent's own values. */
function given(fields: readonly Field[], values: JsonObject): JsonObject {
  const known = fields.flatMap((field) => {
    const value = values[field.name];
    return value === undefined || value === null ? [] : [[field.name, value] as const];
  });
  return Object.fromEntries(known);
}

const ATTR = "inputs.";

function refusedAt(error: unknown, name: string): string | null {
  if (!(error instanceof Refused)) return null;
  const found = error.errors.filter((one) => one.attr === ATTR + name);
  return found.map((one) => one.detail).join(" ") || null;
}

/** Return whether every sentence of the refusal stands at one of the fields. */
function isShownAtFields(error: unknown, fields: readonly Field[]): boolean {
  if (!(error instanceof Refused) || error.errors.length === 0) return false;
  const names = new Set(fields.map((field) => ATTR + field.name));
  return error.errors.every((one) => one.attr !== undefined && names.has(one.attr));
}
