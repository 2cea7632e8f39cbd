/** A value as JSON, checked while it is typed. Text that is no JSON stays, and is no value yet. */
import type { Json } from "@/graph/json";
import { ariaOf, type ControlProps } from "@/pins/control";
import { useDraft } from "@/pins/drafts";

export function JsonPin(props: ControlProps) {
  const { field, value, onChange, id, describedBy } = props;
  const draft = useDraft(id, value);
  const text = draft.text ?? jsonText(value);
  const read = readJson(text);
  const problemId = `${id}-syntax`;
  const described = [describedBy, read.problem ? problemId : undefined].filter(Boolean).join(" ");
  return (
    <>
      <textarea
        {...ariaOf({ ...props, invalid: props.invalid || read.problem !== null })}
        aria-describedby={described || undefined}
        className="code"
        rows={Math.min(12, Math.max(3, text.split("\n").length))}
        spellCheck={false}
        value={text}
        placeholder={field.placeholder || jsonText(field.default)}
        onChange={(event) => {
          const typed = event.target.value;
          const next = readJson(typed);
          const held = next.problem === null ? next.value : value;
          draft.keep(typed, held);
          if (next.problem === null) onChange(next.value, "typing");
        }}
      />
      {read.problem && (
        <p id={problemId} className="field__errors" role="status">
          {read.problem}
        </p>
      )}
    </>
  );
}

interface Read {
  readonly value: Json | undefined;
  readonly problem: string | null;
}

/** Return the value that the text is, nothing for no text, or why it is no JSON. */
export function readJson(text: string): Read {
  if (text.trim() === "") return { value: undefined, problem: null };
  try {
    return { value: JSON.parse(text) as Json, problem: null };
  } catch (error) {
    const reason = error instanceof Error ? error.message : "";
    return { value: undefined, problem: `This is not JSON yet. ${reason}` };
  }
}

function jsonText(value: Json | undefined): string {
  return value === undefined || value === null ? "" : JSON.stringify(value, null, 2);
}
