/** One of several values. A value that is not in the list is listed too, and stays. */
import { jsonEqual, type Json } from "@/graph/json";
import { ariaOf, type ControlProps } from "@/pins/control";
import { summary } from "@/pins/values";

const NOTHING = "nothing";
const OTHER = "other";

export function ChoicePin(props: ControlProps) {
  const { field, value, onChange } = props;
  const isGiven = value !== undefined && value !== null;
  const at = isGiven ? field.choices.findIndex((choice) => jsonEqual(choice, value)) : -1;
  return (
    <select
      {...ariaOf(props)}
      value={isGiven ? (at < 0 ? OTHER : String(at)) : NOTHING}
      onChange={({ target }) => {
        if (target.value === NOTHING) onChange(undefined, "click");
        else if (target.value !== OTHER) onChange(field.choices[Number(target.value)], "click");
      }}
    >
      <option value={NOTHING}>{emptyChoice(field.default)}</option>
      {isGiven && at < 0 && <option value={OTHER}>{wordsOf(value)} (not in the list)</option>}
      {field.choices.map((choice, index) => (
        <option key={JSON.stringify(choice)} value={String(index)}>
          {wordsOf(choice)}
        </option>
      ))}
    </select>
  );
}

function emptyChoice(fallback: Json | undefined): string {
  return fallback === undefined ? "Choose…" : `${wordsOf(fallback)} (default)`;
}

function wordsOf(value: Json): string {
  return summary(value) || "(empty)";
}
