/** Requests to the REST API: with the page's session, and refusals as errors that say what to do. */
import { parseWhole } from "@/graph/json";

export interface ProblemDetail {
  readonly code: string;
  readonly detail: string;
  readonly attr?: string;
  readonly node_id?: string;
  readonly link_id?: string;
  readonly pin?: string;
}

/** The server refused: a problem document (RFC 9457). `code` is stable, the message is for people. */
export class Refused extends Error {
  override readonly name = "Refused";

  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly errors: readonly ProblemDetail[] = [],
    /** The whole document, with the members that only some problems have. */
    readonly document: Readonly<Record<string, unknown>> = {},
    /** After how many seconds to ask again, where the server says so. */
    readonly retryAfter: number | null = null,
  ) {
    super(detail);
  }

  /** Whether the same request may succeed later: the server is busy, restarting or broken. */
  get isPassing(): boolean {
    return this.status === 429 || this.status >= 500;
  }

  /** Whether the session is over: people have to sign in again. */
  get isSignedOut(): boolean {
    return this.status === 401 || (this.status === 403 && this.code === "permission_denied");
  }
}

/** No answer: the network or the server is away. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

export interface Answer<T> {
  readonly data: T;
  readonly status: number;
  readonly etag: string | null;
}

export interface RequestOptions {
  readonly body?: unknown;
  readonly ifMatch?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Let the request outlive the page. Browsers allow bodies up to 64 KB. */
  readonly keepalive?: boolean;
}

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Sends requests to paths below the API's root. */
export interface Client {
  /** Nothing here can check what a path answers; the functions beside this file say it for each. */
  send<T>(method: Method, path: string, options?: RequestOptions): Promise<Answer<T>>;
}

/** Return a client of the API at this root, such as `/api/v1/`. */
export function createClient(root: string): Client {
  const send: Client["send"] = async (method, path, options = {}) => {
    const response = await answerTo(method, root + path, options);
    const text = await bodyOf(response);
    if (!response.ok) throw refusalOf(response.status, response.headers.get("Retry-After"), text);
    return {
      data: (text ? parseWhole(text) : null) as never,
      status: response.status,
      etag: response.headers.get("ETag"),
    };
  };
  return { send };
}

async function answerTo(
  method: Method,
  url: string,
  { body, ifMatch, headers, signal, keepalive }: RequestOptions,
): Promise<Response> {
  const all: Record<string, string> = { Accept: "application/json", ...headers };
  if (method !== "GET") all["X-CSRFToken"] = csrfToken();
  if (ifMatch !== undefined) all["If-Match"] = ifMatch;
  if (body !== undefined) all["Content-Type"] = "application/json";
  try {
    return await fetch(url, {
      method,
      headers: all,
      credentials: "same-origin",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
      ...(keepalive ? { keepalive } : {}),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Unreachable("Trellis cannot be reached.", { cause: error });
  }
}

async function bodyOf(response: Response): Promise<string> {
  try {
    return await response.text();
  } catch (error) {
    throw new Unreachable("The connection broke off.", { cause: error });
  }
}

/** Return the error for a refusal with this status, this header `Retry-After` and this body. */
export function refusalOf(status: number, retry: string | null, text: string): Refused {
  const after = Number(retry);
  const retryAfter = Number.isFinite(after) && after > 0 ? after : null;
  const found = problemIn(text);
  const code = typeof found.code === "string" ? found.code : "error";
  const detail =
    typeof found.detail === "string" && found.detail
      ? found.detail
      : `Trellis answered with status ${status}.`;
  const errors = Array.isArray(found.errors) ? (found.errors as ProblemDetail[]) : [];
  return new Refused(status, code, detail, errors, found, retryAfter);
}

function problemIn(text: string): Record<string, unknown> {
  try {
    const found = parseWhole(text);
    return typeof found === "object" && found !== null ? (found as Record<string, unknown>) : {};
  } catch {
    return {}; // a proxy's page in HTML
  }
}

/** Return the token that shows that a request comes from our own page. */
export function csrfToken(): string {
  const found = /(?:^|; )csrftoken=([^;]*)/.exec(document.cookie);
  return decodeURIComponent(found?.[1] ?? "");
}

/** Return all items of a list that comes in pages. */
export async function allPages<T>(client: Client, path: string): Promise<T[]> {
  const found: T[] = [];
  let next: string | null = path;
  while (next !== null) {
    const answer: Answer<Page<T>> = await client.send<Page<T>>("GET", next);
    found.push(...answer.data.results);
    next = answer.data.next === null ? null : withQueryOf(path, answer.data.next);
  }
  return found;
}

interface Page<T> {
  readonly results: readonly T[];
  readonly next: string | null;
}

/** Return the path with the query of a link to the next page, whatever host that names. */
function withQueryOf(path: string, link: string): string {
  const [bare] = path.split("?");
  return `${bare ?? path}${new URL(link, "http://trellis").search}`;
}
