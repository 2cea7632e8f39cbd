/** A date, a time of day, or both, with the browser's own calendar. */
import { ariaOf, type ControlProps } from "@/pins/control";
import { useDraft } from "@/pins/drafts";

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^\d{2}:\d{2}(:\d{2})?$/;

export function DatePin(props: ControlProps) {
  const { field, value, onChange, id } = props;
  const draft = useDraft(id, value);
  const text = typeof value === "string" ? value : "";
  const shown = draft.text ?? shownText(field.control, text);
  // The browser shows nothing for what it cannot read: then the text itself is better.
  const type = shown === null ? "text" : (TYPES[field.control] ?? "text");
  return (
    <input
      {...ariaOf(props)}
      type={type}
      step={type === "time" || type === "datetime-local" ? 1 : undefined}
      value={shown ?? text}
      placeholder={typeof field.default === "string" ? field.default : undefined}
      onChange={(event) => {
        const typed = event.target.value;
        const next = typed === "" ? undefined : valueOf(type, typed);
        draft.keep(typed, next);
        onChange(next, "typing");
      }}
      onBlur={draft.drop}
    />
  );
}

const TYPES: Readonly<Partial<Record<string, string>>> = {
  date: "date",
  time: "time",
  "date-time": "datetime-local",
};

/** Return the text as the browser's control takes it, or null where that shows nothing. */
function shownText(control: string, text: string): string | null {
  if (text === "") return "";
  if (control === "date") return DATE.test(text) ? text : null;
  if (control === "time") return TIME.test(text) ? text : null;
  const moment = new Date(text);
  return Number.isNaN(moment.getTime()) ? null : localText(moment);
}

/** Return what to keep: a moment with its place on the time line, since the reader is elsewhere. */
function valueOf(type: string, typed: string): string {
  const moment = type === "datetime-local" ? new Date(typed) : null;
  return moment && !Number.isNaN(moment.getTime()) ? moment.toISOString() : typed;
}

function localText(moment: Date): string {
  const shifted = new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 19);
}
