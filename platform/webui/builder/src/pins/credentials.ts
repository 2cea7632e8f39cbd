/** The person's keys of other services, as the server lists them: without their secrets. */
import { useCallback, useEffect, useState } from "react";
import { allPages, createClient, type Client } from "@/api/client";
import type { JsonObject } from "@/graph/json";
import { readSettings } from "@/settings";

export interface Credential {
  readonly id: string;
  readonly provider: string;
  readonly type: string;
  readonly title: string;
}

/** A service that asks for keys. */
export interface Provider {
  readonly name: string;
  readonly title: string;
  readonly types: readonly string[];
  /** Where its secrets may go; none: each key says it. */
  readonly hosts: readonly string[];
  /** Not empty: each key says where the service is, such as there. */
  readonly base_url: string;
  /** Where to get what is to be entered. */
  readonly help_url: string;
  readonly keyless: boolean;
  /** Whether accounts of it can be connected on this instance. */
  readonly can_connect: boolean;
}

const FAILED = "Your keys could not be listed. Choose the field again to try once more.";

/** Return the keys, null until they are known; and how to look again, which brings them. */
export function useCredentials(): {
  readonly found: readonly Credential[] | null;
  readonly problem: string | null;
  readonly look: () => Promise<readonly Credential[]>;
} {
  const [found, setFound] = useState<readonly Credential[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const settle = useCallback((all: readonly Credential[] | null) => {
    if (all !== null) setFound(all);
    setProblem(all === null ? FAILED : null);
  }, []);
  useEffect(() => {
    let isWanted = true;
    void listed().then((all) => {
      if (isWanted) settle(all);
    });
    return () => {
      isWanted = false;
    };
  }, [settle]);
  const look = useCallback(async () => {
    const all = await listed();
    settle(all);
    return all ?? [];
  }, [settle]);
  return { found, problem, look };
}

/** Return the services, null until they are known. */
export function useProviders(): {
  readonly providers: readonly Provider[] | null;
  readonly error: unknown;
} {
  const [providers, setProviders] = useState<readonly Provider[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    clientOfPage()
      .send<readonly Provider[]>("GET", "integrations/providers/")
      .then(({ data }) => setProviders(data), setError);
  }, []);
  return { providers, error };
}

/** Keep a key, and return it without its secret. Throws what the server refuses it for. */
export async function addCredential(provider: string, given: JsonObject): Promise<Credential> {
  const path = `integrations/${encodeURIComponent(provider)}/credentials/`;
  return (await clientOfPage().send<Credential>("POST", path, { body: given })).data;
}

/** Return all of the person's keys; null where they cannot be had. */
async function listed(): Promise<readonly Credential[] | null> {
  try {
    return await allPages<Credential>(clientOfPage(), "integrations/credentials/");
  } catch {
    return null;
  }
}

function clientOfPage(): Client {
  return createClient(readSettings().urls.api);
}
