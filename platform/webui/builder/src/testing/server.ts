/** A server that keeps one draft in memory, as the real one does: revisions, conflicts, versions. */
import { Refused, Unreachable } from "@/api/client";
import type { Draft, DraftState, VersionSummary } from "@/api/graphs";
import type { DraftServer } from "@/editor/saving";
import type { GraphDocument } from "@/graph/document";
import type { Problem } from "@/graph/problems";

export class FakeServer implements DraftServer {
  revision = 1;
  version = 1;
  document: GraphDocument;
  /** What each save sent, in order. */
  readonly saves: GraphDocument[] = [];
  /** Set to have requests fail: before they reach the server, or after (the answer gets lost). */
  fails: "before" | "after" | Refused | null = null;
  problems: readonly Problem[] = [];
  private published: string;
  /** Set to have a save wait until the returned promise is done. */
  gate: Promise<void> | null = null;

  constructor(document: GraphDocument) {
    this.document = document;
    this.published = JSON.stringify(document);
  }

  draft(): Draft {
    return {
      document: this.document,
      revision: this.revision,
      baseVersion: this.version,
      activeVersion: this.version,
      hasChanges: JSON.stringify(this.document) !== this.published,
      updatedAt: new Date(0),
      problems: this.problems,
    };
  }

  /** Somebody else saves. */
  saveElsewhere(document: GraphDocument): void {
    this.document = document;
    this.revision += 1;
  }

  create(name: string, description: string): Promise<Draft> {
    return this.answering(() => {
      this.document = { ...this.document, id: "made", name, description };
      return this.draft();
    });
  }

  fetch(): Promise<Draft> {
    return this.answering(() => this.draft());
  }

  async save(document: GraphDocument, revision: number): Promise<DraftState> {
    await this.gate;
    return this.answering(() => {
      this.saves.push(document);
      if (JSON.stringify(document) !== JSON.stringify(this.document)) {
        this.check(revision);
        this.saveElsewhere(document);
      }
      return this.draft();
    });
  }

  publish(revision: number): Promise<VersionSummary> {
    return this.answering(() => {
      this.check(revision);
      this.version += 1;
      this.revision += 1;
      this.published = JSON.stringify(this.document);
      const { name, description } = this.document;
      return {
        version: this.version,
        is_active: true,
        name,
        description,
        created_at: "",
        created_by: "ada",
        node_count: this.document.nodes.length,
      };
    });
  }

  restore(version: number, revision: number): Promise<Draft> {
    return this.answering(() => {
      this.check(revision);
      this.saveElsewhere({ ...this.document, name: `As in version ${version}` });
      return this.draft();
    });
  }

  private check(revision: number): void {
    if (revision === this.revision) return;
    const { document: graph, revision: present } = this.draft();
    const draft = {
      graph,
      revision: present,
      base_version: 1,
      active_version: 1,
      has_changes: true,
      updated_at: "1970-01-01",
      problems: [],
    };
    throw new Refused(412, "draft_conflict", "The draft has changed.", [], { draft });
  }

  private answering<T>(work: () => T): Promise<T> {
    if (this.fails === "before") return Promise.reject(new Unreachable("Away."));
    if (this.fails instanceof Refused) return Promise.reject(this.fails);
    try {
      const answer = work();
      if (this.fails === "after") return Promise.reject(new Unreachable("Broken off."));
      return Promise.resolve(answer);
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
