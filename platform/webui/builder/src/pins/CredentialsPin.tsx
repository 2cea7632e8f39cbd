/** A key of another service. It can be looked at and taken out, but not chosen here. */
import { isObject } from "@/graph/json";
import { groupOf, type ControlProps } from "@/pins/control";

export function CredentialsPin(props: ControlProps) {
  const { value, onChange, id, disabled } = props;
  const isGiven = value !== undefined && value !== null;
  return (
    <div {...groupOf(props)} className="credentials-pin">
      {isGiven ? (
        <>
          <p>{described(value)}</p>
          <button
            type="button"
            id={id}
            className="button button--small"
            disabled={disabled}
            onClick={() => onChange(undefined, "click")}
          >
            Take it out
          </button>
        </>
      ) : (
        <p>No key is chosen.</p>
      )}
      <p className="field__help">
        This instance keeps no keys of other services yet, so none can be chosen here. What an
        imported agent names is kept as it is.
      </p>
    </div>
  );
}

/** Return what the value says of the key; never the key itself. */
function described(value: ControlProps["value"]): string {
  if (!isObject(value)) return "Something is kept here that names no key.";
  const { title, provider, type, id } = value;
  const name = typeof title === "string" && title ? `“${title}”` : "A key without a title";
  const service = typeof provider === "string" && provider ? ` of ${provider}` : "";
  const kind = typeof type === "string" && type ? `, ${type.replaceAll("_", " ")}` : "";
  const known = typeof id === "string" && id ? ` (${id})` : "";
  return `${name}${service}${kind}${known}`;
}
