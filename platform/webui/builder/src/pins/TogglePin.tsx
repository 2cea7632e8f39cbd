/** On or off. */
import { ariaOf, type ControlProps } from "@/pins/control";

export function TogglePin(props: ControlProps) {
  const { field, value, onChange } = props;
  const isOn = typeof value === "boolean" ? value : field.default === true;
  return (
    <span className="toggle">
      <input
        {...ariaOf(props)}
        type="checkbox"
        role="switch"
        checked={isOn}
        onChange={(event) => onChange(event.target.checked, "click")}
      />
      <span aria-hidden="true" className="toggle__word">
        {isOn ? "On" : "Off"}
      </span>
    </span>
  );
}
