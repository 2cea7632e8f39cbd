/** Text that grows while it is typed, or one line of it. */
import type { ControlProps } from "@/pins/control";
import { ariaOf } from "@/pins/control";
import { SecretPin } from "@/pins/SecretPin";
import { summary } from "@/pins/values";

export function TextPin(props: ControlProps) {
  const { field, value, onChange } = props;
  if (field.secret) return <SecretPin {...props} />;
  const shared = {
    ...ariaOf(props),
    dir: "auto",
    value: textOf(value),
    placeholder: value === "" ? "empty text" : field.placeholder || summary(field.default),
    onChange: (event: { target: { value: string } }) =>
      onChange(typed(event.target.value, field.default), "typing"),
  } as const;
  if (field.schema.part.format === "short-text") return <input type="text" {...shared} />;
  const isLong = field.control === "long-text";
  return <textarea {...shared} rows={isLong ? 5 : 1} data-grows={isLong ? undefined : true} />;
}

function textOf(value: ControlProps["value"]): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Return what a text means: cleared, it is nothing, but empty text where something else holds. */
function typed(text: string, fallback: ControlProps["value"]): string | undefined {
  return text === "" && (fallback === undefined || fallback === "") ? undefined : text;
}
