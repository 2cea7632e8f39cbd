/** A key of another service. It can be looked at and taken out, but not chosen here yet. */
import { isArray, isObject, type Json, type JsonObject } from "@/graph/json";
import { groupOf, type ControlProps } from "@/pins/control";

export function CredentialsPin(props: ControlProps) {
  const { field, value, onChange, id, disabled } = props;
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
        <p className="credentials-pin__missing">Missing: {needed(field.schema.part)}.</p>
      )}
      <p className="field__help">
        Keys of other services will be chosen here. This instance cannot keep any yet, so the block
        runs without one; what an imported agent names is kept as it is.
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

/** Return which key the pin asks for: `a key of github (api key or oauth2)`. */
function needed(part: JsonObject): string {
  const services = texts(part.credentials_provider);
  const kinds = texts(part.credentials_types).map((kind) => kind.replaceAll("_", " "));
  const of = services.length > 0 ? ` of ${services.join(" or ")}` : " of another service";
  return `a key${of}${kinds.length > 0 ? ` (${kinds.join(" or ")})` : ""}`;
}

function texts(value: Json | undefined): string[] {
  return isArray(value) ? value.filter((one) => typeof one === "string") : [];
}
