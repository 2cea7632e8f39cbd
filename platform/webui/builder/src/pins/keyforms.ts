/** What is entered for a key, by its kind: the same as on the page of credentials. */
import type { JsonObject } from "@/graph/json";
import type { Provider } from "@/pins/credentials";
import { fieldsOf, type Field } from "@/pins/field";

export const OAUTH = "oauth2";

/** The kinds in words, as the page of credentials has them. */
const KINDS: ReadonlyMap<string, string> = new Map([
  ["api_key", "API key"],
  ["user_password", "User and password"],
  ["host_scoped", "Headers for a host"],
  [OAUTH, "Connected account"],
]);

export function kindWords(kind: string): string {
  return KINDS.get(kind) ?? kind.replaceAll("_", " ");
}

/** Return the fields to fill in; none for an account, which is connected. */
export function fieldsFor(provider: Provider, kind: string): Field[] {
  const own = secretsOf(provider, kind);
  if (own === null) return [];
  const properties = {
    ...placeOf(provider, kind),
    ...own,
    title: { type: "string", title: "Title", description: "What you call it. Optional." },
  };
  const needed = Object.keys(properties).filter(
    (name) => name !== "title" && !(name === "api_key" && provider.keyless),
  );
  const part: JsonObject = { type: "object", properties, required: needed };
  return fieldsOf({ part, root: part });
}

function secretsOf({ keyless }: Provider, kind: string): JsonObject | null {
  const secret = { type: "string", secret: true };
  switch (kind) {
    case "api_key": {
      const help = keyless ? "Leave it empty where the server asks for none." : "";
      return { api_key: { ...secret, title: "API key", description: help } };
    }
    case "user_password":
      return {
        username: { type: "string", title: "User" },
        password: { ...secret, title: "Password" },
      };
    case "host_scoped":
      return {
        headers: {
          type: "object",
          title: "Headers",
          description: "By name, such as Authorization: Bearer …",
          additionalProperties: secret,
        },
      };
    default:
      return null;
  }
}

/** Return where the secret goes, for services that people run themselves. */
function placeOf({ hosts, base_url }: Provider, kind: string): JsonObject {
  if (hosts.length > 0) return {};
  if (base_url && kind !== "host_scoped")
    return {
      base_url: {
        type: "string",
        title: "Address",
        description: "The secret goes there only.",
        placeholder: base_url,
      },
    };
  const description =
    "The secret goes there only: api.example.org, mail.example.org:587 or *.example.org.";
  return { host: { type: "string", title: "Host", description } };
}
