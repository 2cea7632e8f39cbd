/**
 * Saves the draft by itself: after a pause in editing, one request at a time, each naming the
 * revision that it was made on.
 *
 * Three things may stand in the way. The server is away: edits are kept in this browser, and sent
 * when it answers. Someone else saved in between: nothing is sent until people have merged. The
 * server does not take the draft: it is sent again after the next edit.
 */
import { Refused, Unreachable } from "@/api/client";
import type { Draft, DraftState, VersionSummary } from "@/api/graphs";
import { draftIn, readProblem } from "@/api/graphs";
import type { Keeper, LeftEdits } from "@/editor/keeping";
import type { EditorStore, Saving } from "@/editor/store";
import { isSameGraph } from "@/graph/diff";
import type { GraphDocument } from "@/graph/document";

/** What saving needs of the server. */
export interface DraftServer {
  /** Make the agent on the server, where it is not there yet; return its empty draft. */
  create(name: string, description: string): Promise<Draft>;
  save(document: GraphDocument, revision: number, keepalive?: boolean): Promise<DraftState>;
  publish(revision: number): Promise<VersionSummary>;
  restore(version: number, revision: number): Promise<Draft>;
  /** Return the draft as it is now. */
  fetch(): Promise<Draft>;
}

export interface SaverOptions {
  readonly store: EditorStore;
  readonly server: DraftServer;
  readonly keeper: Keeper;
  /** The draft that the editor was opened with; null for an agent that is not saved yet. */
  readonly draft: Draft | null;
}

/** The pause in editing after which a draft is saved (ms). */
export const PAUSE = 1_000;
/** A save waits no longer than this, even if editing does not pause (ms). */
export const LONGEST_PAUSE = 10_000;
const KEEP_AFTER = 250;
const SIGN_EVERY = 5_000;
const FIRST_RETRY = 1_000;
const LONGEST_RETRY = 30_000;
/** Browsers allow requests that outlive their page 64 KB in all. */
const MOST_AT_THE_END = 60_000;

/** Nothing can be done with the draft until people have merged it with someone else's. */
export class NeedsMerge extends Error {
  override readonly name = "NeedsMerge";

  constructor() {
    super("Someone else has changed this agent. Merge the changes first.");
  }
}

export class Saver {
  /** What the server has, as far as we know. */
  private base: GraphDocument;
  private revision: number;
  /** What was sent and never answered: the server may have it. */
  private uncertain: GraphDocument | null = null;
  private exists: boolean;
  private work: Promise<unknown> = Promise.resolve();
  private readonly timers = new Map<Timer, ReturnType<typeof setTimeout>>();
  private firstUnsaved: number | null = null;
  private failures = 0;
  private isKept = true;
  /** The document that the server did not take. */
  private refused: GraphDocument | null = null;
  private refusal: Error | null = null;
  private readonly endings: (() => void)[] = [];

  constructor(private readonly options: SaverOptions) {
    const { draft, store } = options;
    this.base = store.getState().document;
    this.revision = draft?.revision ?? 0;
    this.exists = draft !== null;
    if (draft) this.accept(draft);
  }

  /** Save from now on, until the returned function is called. */
  begin(): () => void {
    this.endings.push(
      this.options.store.subscribe((state, before) => {
        if (state.document !== before.document) this.changed();
      }),
      listen(window, "online", () => void this.retry()),
      listen(window, "focus", () => void this.retry()),
      listen(window, "pagehide", () => this.leave()),
      listen(window, "pageshow", () => this.options.keeper.reopen()),
      listen(window, "beforeunload", (event) => this.warn(event)),
      listen(document, "visibilitychange", () => {
        if (document.visibilityState === "hidden") void this.flush().catch(ignore);
      }),
    );
    return () => this.end();
  }

  /** Return whether the editor holds edits that the server does not have. */
  hasUnsaved(): boolean {
    return this.document !== this.base || this.uncertain !== null;
  }

  /** Save now what is unsaved. Throws what stands in the way: Refused, Unreachable, NeedsMerge. */
  flush(): Promise<void> {
    this.cancel("save");
    return this.inTurn(() => this.save());
  }

  /** Save and make the draft a version; return that. Throws as `flush` does. */
  publish(): Promise<VersionSummary> {
    return this.inTurn(async () => {
      await this.save();
      await this.ensureExists();
      const published = await this.asking(() => this.options.server.publish(this.revision));
      // The answer says which version; what the editor shows from now on says the draft.
      const { document: _document, ...state } = await this.options.server.fetch();
      this.accept(state);
      return published;
    });
  }

  /** Save, then make a version's graph the draft. The editor can undo it. Throws as `flush` does. */
  restore(version: number): Promise<void> {
    return this.inTurn(async () => {
      await this.save();
      const draft = await this.asking(() => this.options.server.restore(version, this.revision));
      this.replace(`Restore version ${version}`, draft);
    });
  }

  /** Go on with a document in which both sides' changes are, after a conflict. */
  resolve(merged: GraphDocument): void {
    const { saving } = this.options.store.getState();
    if (saving.state !== "conflict") return;
    this.base = saving.theirs;
    this.uncertain = null;
    this.show({ state: "unsaved" });
    this.options.store.getState().edit("Merge", () => merged, { always: true });
    void this.flush().catch(ignore);
  }

  /** Try again at once what did not work: the person says that it may now. */
  tryNow(): void {
    this.refused = this.refusal = null;
    this.failures = Math.max(this.failures, 1);
    void this.retry();
  }

  /** Return what tabs that are gone have kept and the server does not have. */
  left(): readonly LeftEdits[] {
    return this.options.keeper.left().filter((edits) => {
      if (!isSameGraph(edits.document, this.base)) return true;
      edits.discard(); // it was saved after all
      return false;
    });
  }

  /** Take over edits that another tab has kept: as an edit, or as a conflict to merge. */
  takeOver(edits: LeftEdits): void {
    const { store } = this.options;
    const theirs = this.base;
    const { id } = this.document;
    store
      .getState()
      .edit("Restore kept edits", () => ({ ...edits.document, id }), { always: true });
    const began = edits.revision === this.revision ? null : edits.base;
    if (began && !isSameGraph(began, theirs)) this.conflict(began, theirs);
    if (this.keep()) edits.discard();
  }

  private get document(): GraphDocument {
    return this.options.store.getState().document;
  }

  private isConflict(): boolean {
    return this.options.store.getState().saving.state === "conflict";
  }

  private changed(): void {
    if (!this.hasUnsaved()) {
      // Undone to what the server has.
      if (!this.isConflict()) this.saved();
      return;
    }
    this.after(KEEP_AFTER, "keep", () => this.keep());
    if (this.isConflict()) return;
    if (this.failures === 0) this.show({ state: "unsaved" });
    const draft = this.options.store.getState().draft;
    if (draft && !draft.hasChanges)
      this.options.store.getState().setDraft({ ...draft, hasChanges: true });
    const now = Date.now();
    this.firstUnsaved ??= now;
    const wait = Math.min(PAUSE, this.firstUnsaved + LONGEST_PAUSE - now);
    if (this.failures === 0)
      this.after(Math.max(wait, 0), "save", () => void this.flush().catch(ignore));
  }

  /** Save the draft, again and again while it is edited meanwhile. Runs in turn. */
  private async save(): Promise<void> {
    if (this.isConflict()) throw new NeedsMerge();
    if (!this.hasUnsaved()) return;
    if (this.document === this.refused) throw this.refusal ?? new NeedsMerge();
    const document = this.document;
    this.firstUnsaved = null;
    this.show({ state: "saving" });
    const state = await this.asking(async () => {
      await this.ensureExists();
      return this.options.server.save(document, this.revision);
    }, document);
    this.base = document;
    this.uncertain = null;
    this.accept(state);
    if (this.hasUnsaved()) this.changed();
    else this.saved();
  }

  private async ensureExists(): Promise<void> {
    if (this.exists) return;
    const { name, description } = this.document;
    const made = await this.options.server.create(name, description);
    this.exists = true;
    this.revision = made.revision;
    this.accept(made);
  }

  /** Return what the request answers; or say in the toolbar what stands in the way, and throw it. */
  private async asking<T>(request: () => Promise<T>, document?: GraphDocument): Promise<T> {
    try {
      const answer = await request();
      this.failures = 0;
      this.refused = this.refusal = null;
      this.cancel("retry");
      return answer;
    } catch (error) {
      throw this.stopped(error, document);
    }
  }

  private stopped(error: unknown, document: GraphDocument | undefined): unknown {
    if (error instanceof Unreachable || (error instanceof Refused && error.isPassing)) {
      this.uncertain = document ?? this.uncertain;
      this.tryAgainLater(error instanceof Refused ? error.retryAfter : null);
      return error;
    }
    if (!(error instanceof Refused)) {
      this.show({ state: "refused", reason: String(error) });
      return error;
    }
    if (error.isSignedOut) {
      this.failures += 1;
      this.show({ state: "signed out", kept: this.keep() });
      return error;
    }
    if (error.status === 412) return this.outdated(draftIn(error.document), error);
    this.failures = 0;
    if (document) {
      this.refused = document;
      this.refusal = error;
      this.show({ state: "refused", reason: sentenceOf(error) });
      this.keep();
    } else if (!this.hasUnsaved()) this.saved();
    this.options.store.getState().setServerProblems(error.errors.map(readProblem));
    return error;
  }

  /** Someone else saved: go on at once if that changed nothing, else let people merge. */
  private outdated(theirs: Draft | null, error: Refused): unknown {
    if (!theirs) {
      this.show({ state: "refused", reason: error.message });
      return error;
    }
    const { base, uncertain } = this;
    this.accept(theirs);
    this.uncertain = null;
    if (uncertain && isSameGraph(theirs.document, uncertain)) this.base = uncertain;
    else if (!isSameGraph(theirs.document, base)) {
      this.keep();
      this.conflict(base, theirs.document);
      return new NeedsMerge();
    }
    // It is our own save whose answer got lost, or a change and its undoing.
    this.after(0, "save", () => void this.flush().catch(ignore));
    return error;
  }

  private conflict(base: GraphDocument, theirs: GraphDocument): void {
    this.cancel("save");
    this.show({ state: "conflict", base, theirs });
  }

  private tryAgainLater(retryAfter: number | null): void {
    const wait = Math.min(FIRST_RETRY * 2 ** this.failures, LONGEST_RETRY);
    this.failures += 1;
    this.show({ state: "offline", kept: this.keep() });
    this.after(Math.max(wait, (retryAfter ?? 0) * 1000), "retry", () => void this.retry());
  }

  private async retry(): Promise<void> {
    if (this.failures === 0) return;
    this.cancel("retry");
    await this.flush().catch(ignore);
    if (!this.hasUnsaved() && !this.isConflict()) this.saved();
  }

  /** Show the draft that an operation made of ours. */
  private replace(label: string, draft: Draft): void {
    this.base = draft.document;
    this.accept(draft);
    this.options.store.getState().edit(label, () => draft.document, { always: true });
    this.saved();
  }

  /** Take over what the server says of the draft. */
  private accept(state: DraftState): void {
    this.revision = state.revision;
    const { baseVersion, activeVersion, hasChanges, problems } = state;
    const editor = this.options.store.getState();
    editor.setDraft({ baseVersion, activeVersion, hasChanges });
    editor.setServerProblems(problems);
  }

  private saved(): void {
    this.failures = 0;
    this.firstUnsaved = null;
    this.isKept = true;
    for (const timer of this.timers.keys()) this.cancel(timer);
    this.options.keeper.drop();
    this.show({ state: "saved", at: new Date() });
  }

  /** Keep what is unsaved in this browser, and again from time to time as a sign of life. */
  private keep(): boolean {
    this.cancel("keep");
    if (!this.hasUnsaved()) return true;
    const { document, base, revision } = this;
    this.isKept = this.options.keeper.keep({ document, base, revision, at: new Date() });
    this.after(SIGN_EVERY, "keep", () => this.keep());
    return this.isKept;
  }

  /** The page goes away: keep what is unsaved, and send it if it is small enough. */
  private leave(): void {
    if (!this.hasUnsaved()) return;
    this.keep();
    this.options.keeper.close();
    if (!this.exists || this.isConflict() || this.failures > 0) return;
    if (JSON.stringify(this.document).length > MOST_AT_THE_END) return;
    // The answer comes too late for this page; the next one sees that what is kept was saved.
    void this.options.server.save(this.document, this.revision, true).catch(ignore);
  }

  private warn(event: Event): void {
    if (!this.hasUnsaved()) return;
    if (!this.keep()) event.preventDefault(); // the browser asks whether to leave
  }

  private end(): void {
    for (const ending of this.endings.splice(0)) ending();
    for (const timer of this.timers.keys()) this.cancel(timer);
  }

  private show(saving: Saving): void {
    this.options.store.getState().setSaving(saving);
  }

  /** Do one thing after the other: what a request is made on is what the last one answered. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.work.then(work, work);
    this.work = result.catch(ignore);
    return result;
  }

  private after(wait: number, timer: Timer, action: () => void): void {
    this.cancel(timer);
    this.timers.set(timer, setTimeout(action, wait));
  }

  private cancel(timer: Timer): void {
    clearTimeout(this.timers.get(timer));
    this.timers.delete(timer);
  }
}

type Timer = "save" | "keep" | "retry";

function listen(target: EventTarget, name: string, react: (event: Event) => void): () => void {
  target.addEventListener(name, react);
  return () => target.removeEventListener(name, react);
}

function sentenceOf(error: Refused): string {
  const [first, ...others] = error.errors;
  if (!first) return error.message;
  return others.length > 0 ? `${first.detail} And ${others.length} more.` : first.detail;
}

function ignore(): void {
  // The toolbar says it already.
}
