/** A dialog that takes in a key of another service, beside whatever asks for one. */
import { useId, useState, type SyntheticEvent } from "react";
import { createPortal } from "react-dom";
import { Refused } from "@/api/client";
import type { JsonObject } from "@/graph/json";
import { sentenceOf } from "@/panels/sentence";
import { addCredential, useProviders, type Credential, type Provider } from "@/pins/credentials";
import type { Field } from "@/pins/field";
import { fieldsFor, kindWords, OAUTH } from "@/pins/keyforms";
import { PinField } from "@/pins/PinField";
import { refusalOf } from "@/pins/problem";
import { readSettings } from "@/settings";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";

export interface AddCredentialProps {
  /** Which services and kinds are of use; none: all are. */
  readonly services: readonly string[];
  readonly kinds: readonly string[];
  /** The host that it is for, where that is known. */
  readonly host?: string | undefined;
  readonly onAdded: (credential: Credential) => void;
  readonly onClose: () => void;
}

export function AddCredential(props: AddCredentialProps) {
  const id = useId();
  const { providers, error } = useProviders();
  const [isBusy, setBusy] = useState(false);
  const [chosen, setChosen] = useState("");
  const offers = offersOf(providers ?? [], props);
  const offer = offers.find(({ key }) => key === chosen) ?? offers[0];
  const names = new Set(offers.map(({ provider }) => provider.title));
  const [only] = names;
  // Outside of the form that asks for the key: forms do not nest, nor may its events reach that one.
  return createPortal(
    <div
      className="dialog-root"
      onSubmit={stop}
      onKeyDown={stop}
      onPointerDown={stop}
      onClick={stop}
    >
      <Dialog
        title={names.size === 1 && only ? `Add a key of ${only}` : "Add a key"}
        onClose={props.onClose}
        actions={
          <>
            <Button onClick={props.onClose}>Cancel</Button>
            {offer && offer.kind !== OAUTH && (
              <Button kind="primary" type="submit" form={id} disabled={isBusy}>
                {isBusy ? "Keeping it…" : "Keep and use it"}
              </Button>
            )}
          </>
        }
      >
        {error !== null && (
          <p className="notice notice--error" role="alert">
            {sentenceOf(error)}
          </p>
        )}
        {error === null && providers === null && <p role="status">Looking what it takes…</p>}
        {providers !== null && !offer && (
          <p role="status">
            This instance knows no service that takes such a key, or is not set up to connect
            accounts of it. Whoever runs it can change that.
          </p>
        )}
        {offers.length > 1 && offer && (
          <div className="field">
            <label htmlFor={`${id}-kind`}>What you have</label>
            <select
              id={`${id}-kind`}
              value={offer.key}
              onChange={({ target }) => setChosen(target.value)}
            >
              {offers.map(({ key, provider, kind }) => (
                <option key={key} value={key}>
                  {names.size > 1 ? `${provider.title}: ${kindWords(kind)}` : kindWords(kind)}
                </option>
              ))}
            </select>
          </div>
        )}
        {offer?.kind === OAUTH && <Connecting provider={offer.provider} />}
        {offer && offer.kind !== OAUTH && (
          <KeyForm key={offer.key} id={id} offer={offer} onBusy={setBusy} {...props} />
        )}
      </Dialog>
    </div>,
    document.body,
  );
}

interface Offer {
  readonly key: string;
  readonly provider: Provider;
  readonly kind: string;
}

/** Return what can be added: each kind of each service that is of use. */
function offersOf(
  providers: readonly Provider[],
  { services, kinds }: Pick<AddCredentialProps, "services" | "kinds">,
): readonly Offer[] {
  return providers
    .filter(({ name }) => services.length === 0 || services.includes(name))
    .flatMap((provider) =>
      provider.types
        .filter((kind) => kinds.length === 0 || kinds.includes(kind))
        .filter((kind) => kind !== OAUTH || provider.can_connect)
        .map((kind) => ({ key: `${provider.name} ${kind}`, provider, kind })),
    );
}

function KeyForm({
  id,
  offer: { provider, kind },
  host,
  onBusy,
  onAdded,
}: AddCredentialProps & {
  readonly id: string;
  readonly offer: Offer;
  readonly onBusy: (isBusy: boolean) => void;
}) {
  const fields = fieldsFor(provider, kind);
  const [values, setValues] = useState<JsonObject>(() => initial(provider, fields, host));
  const [isChecked, setChecked] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const problemOf = (field: Field) =>
    (isChecked ? refusalOf(field, values[field.name]) : null) ?? refusedAt(error, field.name);

  async function keep() {
    setChecked(true);
    setError(null);
    const wrong = fields.find((field) => refusalOf(field, values[field.name]));
    if (wrong) {
      requestAnimationFrame(() => document.getElementById(`${id}-${wrong.name}`)?.focus());
      return;
    }
    onBusy(true);
    try {
      const secret = kind === "api_key" ? { api_key: "" } : {}; // a keyless service may have none
      onAdded(await addCredential(provider.name, { type: kind, ...secret, ...values }));
    } catch (refused) {
      setError(refused);
    } finally {
      onBusy(false);
    }
  }

  return (
    <form
      id={id}
      className="fields"
      noValidate
      autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        void keep();
      }}
    >
      {provider.help_url && (
        <p className="key-source">
          <a href={provider.help_url} target="_blank" rel="noopener noreferrer">
            Where {provider.title} gives it to you
          </a>
        </p>
      )}
      {fields.map((field) => (
        <PinField
          key={field.name}
          id={`${id}-${field.name}`}
          field={field}
          value={values[field.name]}
          problem={problemOf(field)}
          onChange={(value) =>
            setValues(({ [field.name]: _, ...others }) =>
              value === undefined ? others : { ...others, [field.name]: value },
            )
          }
        />
      ))}
      {error !== null && !fields.some((field) => refusedAt(error, field.name)) && (
        <p className="notice notice--error" role="alert" dir="auto">
          {sentenceOf(error)}
        </p>
      )}
      <p className="field__help">
        It is kept sealed, and shown to nobody again. The agent keeps its name only.
      </p>
    </form>
  );
}

/** An account is connected at the provider, on a page of its own; what asked for it looks again. */
function Connecting({ provider }: { readonly provider: Provider }) {
  const place = readSettings().urls.connect_credential.replace(
    "{provider}",
    encodeURIComponent(provider.name),
  );
  return (
    <div className="fields">
      <p>
        You connect your account at {provider.title}, in a tab of its own. Come back here
        afterwards: the account is chosen then.
      </p>
      <p>
        <a className="button button--primary" href={place} target="_blank" rel="noopener">
          Connect an account
        </a>
      </p>
    </div>
  );
}

function initial(provider: Provider, fields: readonly Field[], host = ""): JsonObject {
  const known: JsonObject = { base_url: provider.base_url, host };
  const named = fields.filter(({ name }) => known[name]).map(({ name }) => [name, known[name]]);
  return Object.fromEntries(named) as JsonObject;
}

function refusedAt(error: unknown, name: string): string | null {
  if (!(error instanceof Refused)) return null;
  const found = error.errors.filter((one) => one.attr === name);
  return found.map((one) => one.detail).join(" ") || null;
}

function stop(event: SyntheticEvent): void {
  event.stopPropagation();
}
