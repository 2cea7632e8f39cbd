/**
 * Edits that the server does not have yet, kept in this browser: for a lost connection, a closed
 * tab, a crash.
 *
 * What is kept is the whole draft, with every value that was typed into it, in the browser's local
 * storage under the user and the agent. It is removed as soon as the server has it or somebody
 * discards it. Each tab keeps its own, so that two tabs do not overwrite each other's.
 */
import { readDocument, type GraphDocument } from "@/graph/document";
import { isObject, parseWhole } from "@/graph/json";
import { newId } from "@/graph/ids";

export interface KeptEdits {
  readonly document: GraphDocument;
  /** What the server had when they were made; null where the browser had no room for it. */
  readonly base: GraphDocument | null;
  readonly revision: number;
  readonly at: Date;
}

export interface Keeper {
  /** Keep the edits. False where the browser does not take them. */
  keep(edits: KeptEdits): boolean;
  /** Say that this tab closes: what it keeps, then and later, may be offered at once. */
  close(): void;
  /** Say that this tab is back: browsers keep pages that were left, and show them again. */
  reopen(): void;
  /** Forget what this tab keeps. */
  drop(): void;
  /** Return what tabs that are gone have kept for this agent, newest first. */
  left(): readonly LeftEdits[];
}

export interface LeftEdits extends KeptEdits {
  /** Forget them: they were saved, or nobody wants them. */
  discard(): void;
}

/** How long a tab that shows no life may still be there (ms). It writes more often than that. */
export const SIGN_OF_LIFE = 20_000;

export interface KeeperOptions {
  readonly storage: Storage;
  readonly user: string;
  /** Return the agent's id, or null as long as it has none. */
  readonly agent: () => string | null;
  readonly now?: () => number;
}

/** Return a keeper in the browser's local storage, for this tab. */
export function createKeeper({
  storage,
  user,
  agent,
  now = () => Date.now(),
}: KeeperOptions): Keeper {
  const tab = newId();
  const prefix = () => `trellis.draft.${user}.${agent() ?? "new"}.`;
  let key = prefix() + tab;
  let isClosed = false; // a save that fails in the page's last moment keeps once more

  function write(document: object): boolean {
    try {
      storage.setItem(key, JSON.stringify(document));
      return true;
    } catch {
      return false; // full, or forbidden
    }
  }

  return {
    keep({ document, base, revision, at }) {
      if (key !== prefix() + tab) {
        forget(storage, key); // the agent was made meanwhile
        key = prefix() + tab;
      }
      const kept = { document, revision, at: at.getTime(), alive: isClosed ? 0 : now() };
      if (write({ ...kept, base })) return true;
      forget(storage, key); // an older state would be worse than none
      return write(kept);
    },

    close() {
      isClosed = true;
      const kept = read(storage, key);
      if (kept) write({ ...kept, alive: 0 });
    },

    reopen() {
      isClosed = false;
    },

    drop() {
      forget(storage, key);
    },

    left() {
      return keysOf(storage)
        .filter((one) => one.startsWith(prefix()) && one !== key)
        .flatMap((one) => leftAt(storage, one, now()))
        .sort((one, other) => other.at.getTime() - one.at.getTime());
    },
  };
}

function leftAt(storage: Storage, key: string, now: number): LeftEdits[] {
  const kept = read(storage, key);
  if (!kept) return [];
  if (typeof kept.alive === "number" && now - kept.alive < SIGN_OF_LIFE) return [];
  try {
    return [
      {
        document: readDocument(kept.document),
        base: kept.base ? readDocument(kept.base) : null,
        revision: typeof kept.revision === "number" ? kept.revision : 0,
        at: new Date(typeof kept.at === "number" ? kept.at : 0),
        discard: () => forget(storage, key),
      },
    ];
  } catch {
    return []; // of another release
  }
}

function read(storage: Storage, key: string): Readonly<Record<string, unknown>> | null {
  try {
    const text = storage.getItem(key);
    const found = text === null ? null : parseWhole(text);
    return isObject(found) ? found : null;
  } catch {
    return null;
  }
}

function forget(storage: Storage, key: string): void {
  try {
    storage.removeItem(key);
  } catch {
    // Storage is forbidden, so nothing is there.
  }
}

function keysOf(storage: Storage): string[] {
  try {
    return Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? "");
  } catch {
    return [];
  }
}

/** Return a keeper for where the browser has no storage: it takes nothing. */
export const NO_KEEPER: Keeper = {
  keep: () => false,
  close: () => undefined,
  reopen: () => undefined,
  drop: () => undefined,
  left: () => [],
};
