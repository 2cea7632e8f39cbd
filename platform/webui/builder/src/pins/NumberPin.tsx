/** A number. What is not a number yet stays as it was typed. */
import { ariaOf, type ControlProps } from "@/pins/control";
import { useDraft } from "@/pins/drafts";
import { readNumber } from "@/pins/numbers";
import { summary } from "@/pins/values";

interface NumberPinProps extends ControlProps {
  /** Whether text that is no number becomes the value meanwhile, so that it is not lost. */
  readonly keepsText?: boolean;
}

export function NumberPin({ keepsText = true, ...props }: NumberPinProps) {
  const { field, value, onChange, id } = props;
  const draft = useDraft(id, value);
  const isWrong = draft.text !== null && draft.text !== "" && readNumber(draft.text) === null;
  return (
    <input
      {...ariaOf({ ...props, invalid: props.invalid || isWrong })}
      type="text"
      inputMode={field.control === "integer" ? "numeric" : "decimal"}
      autoComplete="off"
      value={draft.text ?? numberText(value)}
      placeholder={field.placeholder || summary(field.default)}
      onChange={(event) => {
        const text = event.target.value;
        const number = readNumber(text);
        const next = text === "" ? undefined : (number ?? (keepsText ? text : undefined));
        draft.keep(text, next);
        onChange(next, "typing");
      }}
      onBlur={() => {
        if (!isWrong || keepsText) draft.drop();
      }}
    />
  );
}

function numberText(value: ControlProps["value"]): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
