import { useCallback, useEffect, useState } from "react";

import { fetchVersions, type VersionSummary } from "@/api/graphs";
import { useEditor, useSession } from "@/editor/context";

export type Versions =
  | { readonly state: "loading" }
  | { readonly state: "failed"; readonly reason: string }
  | { readonly state: "there"; readonly versions: readonly VersionSummary[] };

/** Return the agent's versions, newest first, and how to fetch them again. */
export function useVersions(): readonly [Versions, () => void] {
  const { client } = useSession();
  const agent = useEditor((editor) => editor.agent);
  const active = useEditor((editor) => editor.draft?.activeVersion);
  const [found, setFound] = useState<Versions>({ state: "loading" });
  const [tries, setTries] = useState(0);
  const again = useCallback(() => setTries((tried) => tried + 1), []);
  useEffect(() => {
    let isGone = false;
    const show = (versions: Versions) => {
      if (!isGone) setFound(versions);
    };
    if (agent === null) show({ state: "there", versions: [] });
    else
      fetchVersions(client, agent).then(
        (versions) => show({ state: "there", versions }),
        (error: unknown) =>
          show({ state: "failed", reason: error instanceof Error ? error.message : String(error) }),
      );
    return () => {
      isGone = true;
    };
  }, [client, agent, active, tries]); // `active`: there is one more after publishing
  return [found, again];
}
