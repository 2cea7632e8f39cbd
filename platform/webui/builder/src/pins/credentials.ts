/** The person's keys of other services, as the server lists them: without their secrets. */
import { useCallback, useEffect, useState } from "react";
import { allPages, createClient } from "@/api/client";
import { readSettings } from "@/settings";

export interface Credential {
  readonly id: string;
  readonly provider: string;
  readonly type: string;
  readonly title: string;
}

const FAILED = "Your keys could not be listed. Choose the field again to try once more.";

/** Return the keys, null until they are known; and how to look again. */
export function useCredentials(): {
  readonly found: readonly Credential[] | null;
  readonly problem: string | null;
  readonly look: () => void;
} {
  const [found, setFound] = useState<readonly Credential[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [times, setTimes] = useState(0);
  useEffect(() => {
    let isWanted = true;
    const client = createClient(readSettings().urls.api);
    allPages<Credential>(client, "integrations/credentials/").then(
      (all) => {
        if (!isWanted) return;
        setFound(all);
        setProblem(null);
      },
      () => {
        if (isWanted) setProblem(FAILED);
      },
    );
    return () => {
      isWanted = false;
    };
  }, [times]);
  const look = useCallback(() => setTimes((before) => before + 1), []);
  return { found, problem, look };
}
