/**
 * The editor's state: one document, what is selected in it, and what was done to it.
 *
 * Every change of the document goes through `edit`, with a pure change from `graph/edits`; so
 * everything can be undone. A page may hold several editors (a version beside the draft): each has
 * a store of its own, which its components find through `EditorProvider`.
 */
import { createStore, type StoreApi } from "zustand/vanilla";
import type { Catalogue } from "@/graph/catalogue";
import { nodesById, type GraphDocument } from "@/graph/document";
import { isFoundHere, problemsOf, type Problem } from "@/graph/problems";
import { back, emptyHistory, forth, record, settled, type History } from "@/editor/history";

export interface Selection {
  readonly nodes: ReadonlySet<string>;
  readonly links: ReadonlySet<string>;
}

/** How the draft stands; `editor/saving` keeps it up to date. */
export type Saving =
  /** There is nothing that the server does not have. */
  | { readonly state: "saved"; readonly at: Date | null }
  /** Edits wait for a pause in typing. */
  | { readonly state: "unsaved" }
  | { readonly state: "saving" }
  /** The server cannot be reached; edits are kept in this browser and sent when it answers. */
  | { readonly state: "offline"; readonly kept: boolean }
  /** The session is over; edits are kept in this browser until somebody signs in again. */
  | { readonly state: "signed out"; readonly kept: boolean }
  /** Someone else saved in between: people have to choose (`panels/MergeDialog`). */
  | {
      readonly state: "conflict";
      /** What both began with. */
      readonly base: GraphDocument;
      /** What the server has now. */
      readonly theirs: GraphDocument;
    }
  /** The server does not take the draft; the sentence says why. */
  | { readonly state: "refused"; readonly reason: string };

/** Which versions the draft stands between. */
export interface DraftPlace {
  /** The version that the draft was begun on. */
  readonly baseVersion: number;
  readonly activeVersion: number;
  /** Whether there is anything to publish, edits that are not saved yet included. */
  readonly hasChanges: boolean;
}

/** A version is shown; versions are compared; there is no room to edit. */
export type Lock = "version" | "comparison" | "narrow";

export type Mark = "added" | "removed" | "changed" | "moved";

/** What a comparison of two versions says of each node and link, by id. */
export interface Marks {
  readonly nodes: ReadonlyMap<string, Mark>;
  readonly links: ReadonlyMap<string, Mark>;
}

export interface EditOptions {
  /** Edits with the same key are one undo step, until another edit or `settle`. */
  readonly merge?: string;
  /** Also while the editor is read-only: a merge, what the server made of the draft. */
  readonly always?: boolean;
  /** What to select after the edit. */
  readonly select?: { readonly nodes?: Iterable<string>; readonly links?: Iterable<string> };
}

export type Change = (document: GraphDocument) => GraphDocument;

export interface EditorState {
  readonly document: GraphDocument;
  readonly catalogue: Catalogue;
  readonly selection: Selection;
  readonly problems: readonly Problem[];
  readonly saving: Saving;
  /** The agent's id; null until it was saved for the first time. */
  readonly agent: string | null;
  /** Null for an agent that is not saved yet, and where no draft is shown. */
  readonly draft: DraftPlace | null;
  /** Whether the document is only looked at, for whatever reason. */
  readonly readOnly: boolean;
  /** Why it is: each who wants it read-only says so, and takes it back, by itself. */
  readonly locks: ReadonlySet<Lock>;
  /** Set while versions are compared. */
  readonly marks: Marks | null;
  readonly history: History<Snapshot>;
  /** What the server alone found wrong with the draft it has. */
  readonly serverProblems: readonly Problem[];
}

export interface EditorActions {
  /** Change the document. Nothing is recorded where the change returns the document it got. */
  edit(label: string, change: Change, options?: EditOptions): void;
  /** End a gesture: the next edit is a step of its own, whatever its merge key. */
  settle(): void;
  /** Make the document read-only for this reason, or no longer for this one. */
  setLock(reason: Lock, locked: boolean): void;
  undo(): void;
  redo(): void;
  /** Select these and nothing else. */
  select(nodes: Iterable<string>, links?: Iterable<string>): void;
  /** Show another document, without history: a version that was opened, a draft that was reloaded. */
  open(document: GraphDocument): void;
  setSaving(saving: Saving): void;
  setDraft(draft: DraftPlace | null): void;
  setAgent(agent: string): void;
  setServerProblems(problems: readonly Problem[]): void;
}

export interface Snapshot {
  readonly document: GraphDocument;
  readonly selection: Selection;
}

export type Editor = EditorState & EditorActions;
export type EditorStore = StoreApi<Editor>;

export interface EditorOptions {
  readonly document: GraphDocument;
  readonly catalogue: Catalogue;
  readonly readOnly?: boolean;
  readonly marks?: Marks;
}

export const NOTHING_SELECTED: Selection = { nodes: new Set(), links: new Set() };

/** Return a new editor of the document. */
export function createEditor({ document, catalogue, readOnly, marks }: EditorOptions): EditorStore {
  return createStore<Editor>()((set, get) => ({
    document,
    catalogue,
    selection: NOTHING_SELECTED,
    problems: problemsOf(document, catalogue),
    saving: { state: "saved", at: null },
    agent: document.id || null,
    draft: null,
    readOnly: readOnly ?? false,
    locks: new Set(readOnly ? (["version"] as const) : []),
    marks: marks ?? null,
    history: emptyHistory(),
    serverProblems: [],

    edit(label, change, { merge, always = false, select } = {}) {
      const before = get();
      if (before.readOnly && !always) return;
      const document = change(before.document);
      if (document === before.document) return;
      const wanted = select ? selectionOf(select.nodes, select.links) : before.selection;
      const selection = existing(wanted, document);
      const step = {
        label,
        before: { document: before.document, selection: before.selection },
        after: { document, selection },
        ...(merge === undefined ? {} : { merge }),
      };
      set({ ...shown({ document, selection }, before), history: record(before.history, step) });
    },

    settle() {
      set(({ history }) => ({ history: settled(history) }));
    },

    setLock(reason, locked) {
      set(({ locks }) => {
        const others = [...locks].filter((lock) => lock !== reason);
        const kept: ReadonlySet<Lock> = new Set(locked ? [...others, reason] : others);
        return { locks: kept, readOnly: kept.size > 0 };
      });
    },

    undo() {
      const undone = back(get().history);
      if (undone) set({ ...shown(undone.step.before, get()), history: undone.history });
    },

    redo() {
      const redone = forth(get().history);
      if (redone) set({ ...shown(redone.step.after, get()), history: redone.history });
    },

    select(nodes, links = []) {
      const { document, selection, history } = get();
      const wanted = existing(selectionOf(nodes, links), document);
      if (sameSet(wanted.nodes, selection.nodes) && sameSet(wanted.links, selection.links)) return;
      set({ selection: wanted, history: settled(history) });
    },

    open(document) {
      const selection = existing(get().selection, document);
      set({ ...shown({ document, selection }, get()), history: emptyHistory() });
    },

    setSaving(saving) {
      set({ saving });
    },

    setDraft(draft) {
      set({ draft });
    },

    setAgent(agent) {
      set({ agent });
    },

    setServerProblems(problems) {
      const serverProblems = problems.filter((problem) => !isFoundHere(problem));
      set((state) => ({
        serverProblems,
        problems: allProblems(state.document, state.catalogue, serverProblems),
      }));
    },
  }));
}

/** Return what of the state follows from a document and the selection in it. */
function shown(
  { document, selection }: Snapshot,
  { catalogue, serverProblems }: EditorState,
): Pick<EditorState, "document" | "selection" | "problems"> {
  return { document, selection, problems: allProblems(document, catalogue, serverProblems) };
}

function allProblems(
  document: GraphDocument,
  catalogue: Catalogue,
  serverProblems: readonly Problem[],
): readonly Problem[] {
  const nodes = nodesById(document);
  const still = serverProblems.filter(
    (problem) => problem.node_id === undefined || nodes.has(problem.node_id),
  );
  return [...problemsOf(document, catalogue), ...still];
}

function selectionOf(nodes: Iterable<string> = [], links: Iterable<string> = []): Selection {
  return { nodes: new Set(nodes), links: new Set(links) };
}

/** Return the selection without what the document does not have; itself where it has all. */
function existing(selection: Selection, document: GraphDocument): Selection {
  const known = nodesById(document);
  const nodes = [...selection.nodes].filter((id) => known.has(id));
  const links =
    selection.links.size === 0
      ? []
      : document.links.filter((link) => selection.links.has(link.id)).map((link) => link.id);
  return nodes.length === selection.nodes.size && links.length === selection.links.size
    ? selection
    : selectionOf(nodes, links);
}

function sameSet(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((item) => other.has(item));
}
