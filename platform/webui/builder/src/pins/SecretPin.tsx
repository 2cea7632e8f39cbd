/** A text that is never shown again: what is kept does not reach the page's elements. */
import { useState } from "react";
import { ariaOf, type ControlProps } from "@/pins/control";

export function SecretPin(props: ControlProps) {
  const { value, onChange } = props;
  // What was typed since the field got the focus; what is kept beside it stays out of sight.
  const [typed, setTyped] = useState("");
  const isKept = value !== undefined && value !== null && value !== "";
  return (
    <input
      {...ariaOf(props)}
      type="password"
      autoComplete="off"
      value={typed}
      placeholder={isKept ? "A value is kept. Type to replace it." : ""}
      onChange={(event) => {
        setTyped(event.target.value);
        onChange(event.target.value || undefined, "typing");
      }}
      onBlur={() => setTyped("")}
    />
  );
}
