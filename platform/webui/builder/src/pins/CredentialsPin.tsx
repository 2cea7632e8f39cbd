/** A key of another service: one of the person's own, of those that the pin can use. */
import { useEffect, useState } from "react";
import { isArray, isObject, type Json, type JsonObject } from "@/graph/json";
import { AddCredential } from "@/pins/AddCredential";
import { ariaOf, type ControlProps } from "@/pins/control";
import { useCredentials, type Credential } from "@/pins/credentials";
import { Button } from "@/ui/Button";

const NOTHING = "";

export function CredentialsPin(props: ControlProps) {
  const { field, value, onChange, id, disabled } = props;
  const { part } = field.schema;
  const [isAdding, setAdding] = useState(false);
  const { found, problem, look } = useCredentials();
  const usable = (found ?? []).filter((one) => isUsable(one, part));
  const given = isObject(value) && typeof value.id === "string" ? value.id : undefined;
  const isGiven = value !== undefined && value !== null;
  const isListed = usable.some(({ id }) => id === given);

  function take(credential: Credential) {
    setAdding(false);
    onChange(named(credential), "click");
    void look();
    // Once the dialog is closed: nothing behind it can have the focus.
    requestAnimationFrame(() => document.getElementById(id)?.focus());
  }

  // Whoever comes back from another tab may have added one there: what was waited for is taken.
  async function lookAgain() {
    const before = new Set((found ?? []).map((one) => one.id));
    const added = (await look()).find((one) => !before.has(one.id) && isUsable(one, part));
    if (isAdding && added) take(added);
  }
  useEffect(() => {
    const listen = () => void lookAgain();
    addEventListener("focus", listen);
    return () => removeEventListener("focus", listen);
  });

  return (
    <div className="credentials-pin">
      <select
        {...ariaOf(props)}
        value={isGiven ? (given ?? "other") : NOTHING}
        onChange={({ target }) => {
          const chosen = usable.find(({ id }) => id === target.value);
          if (chosen) onChange(named(chosen), "click");
          else if (target.value === NOTHING) onChange(undefined, "click");
        }}
      >
        <option value={NOTHING}>Choose a key…</option>
        {isGiven && !isListed && <option value={given ?? "other"}>{described(value)}</option>}
        {usable.map((one) => (
          <option key={one.id} value={one.id}>
            {described(named(one))}
          </option>
        ))}
      </select>
      {!isGiven && <p className="field__help">{needed(part)}</p>}
      {problem ? (
        <p className="field__errors" role="alert">
          {problem}
        </p>
      ) : (
        isGiven &&
        found !== null &&
        !isListed && (
          <p className="field__errors">
            You have no such key. Runs cannot use it: choose one of your own.
          </p>
        )
      )}
      <Button small icon="add" disabled={disabled} onClick={() => setAdding(true)}>
        Add a key…
      </Button>
      {isAdding && (
        <AddCredential
          services={texts(part.credentials_provider)}
          kinds={texts(part.credentials_types)}
          host={texts(part.discriminator_values)[0]}
          onAdded={take}
          onClose={() => setAdding(false)}
        />
      )}
    </div>
  );
}

/** Return whether the pin takes this key: its service and its kind are among those it names. */
function isUsable({ provider, type }: Credential, part: JsonObject): boolean {
  const services = texts(part.credentials_provider);
  const kinds = texts(part.credentials_types);
  return (
    (services.length === 0 || services.includes(provider)) &&
    (kinds.length === 0 || kinds.includes(type))
  );
}

/** Return what a graph says of the key. */
function named({ id, provider, type, title }: Credential): JsonObject {
  return { id, provider, type, title };
}

/** Return what the value says of the key; never the key itself. */
function described(value: ControlProps["value"]): string {
  if (!isObject(value)) return "Something is kept here that names no key.";
  const { title, provider, type } = value;
  const name = typeof title === "string" && title ? `“${title}”` : "A key without a title";
  const service = typeof provider === "string" && provider ? ` of ${provider}` : "";
  const kind = typeof type === "string" && type ? `, ${type.replaceAll("_", " ")}` : "";
  return `${name}${service}${kind}`;
}

/** Return which key the pin asks for: `Of github: api key or oauth2.` */
function needed(part: JsonObject): string {
  const services = texts(part.credentials_provider);
  const kinds = texts(part.credentials_types).map((kind) => kind.replaceAll("_", " "));
  const of = services.length > 0 ? `Of ${services.join(" or ")}` : "Of another service";
  return `${of}${kinds.length > 0 ? `: ${kinds.join(" or ")}` : ""}.`;
}

function texts(value: Json | undefined): string[] {
  return isArray(value) ? value.filter((one) => typeof one === "string") : [];
}
