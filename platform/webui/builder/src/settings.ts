/** What the page tells the builder, in its `json_script`. */
export interface BuilderSettings {
  /** The agent on the canvas; null for one that is not saved yet. */
  readonly graph_id: string | null;
  /** The version to look at; null for the draft, which can be edited. */
  readonly version: number | null;
  /** The execution to show on the canvas. */
  readonly execution: string | null;
  readonly is_new: boolean;
  /** How many bytes a file may have that is sent in. */
  readonly largest_file: number;
  /** Which features of `features/declared.py` this person has. */
  readonly features: Readonly<Record<string, boolean>>;
  readonly user: { readonly id: number | string; readonly username: string };
  readonly urls: BuilderUrls;
}

/** Addresses; `{id}` stands for what the caller puts there. */
export interface BuilderUrls {
  readonly api: string;
  readonly agents: string;
  readonly agent: string;
  readonly edit: string;
  readonly create: string;
  readonly run: string;
  readonly runs: string;
  readonly review: string;
  readonly trigger: string;
  readonly export: string;
  /** Where an account of another service is connected, with `{provider}`. */
  readonly connect_credential: string;
}

/** Return the settings of this page. Throws where the page has none. */
export function readSettings(page: Document = document): BuilderSettings {
  const text = page.getElementById("builder-settings")?.textContent;
  if (!text) throw new Error("The page has no #builder-settings.");
  return JSON.parse(text) as BuilderSettings;
}

/** Return an address with its `{id}` filled in. */
export function urlOf(template: string, id: string): string {
  return template.replace("{id}", encodeURIComponent(id));
}
