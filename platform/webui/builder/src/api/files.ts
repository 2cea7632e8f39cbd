/** Files that people send in: a value names one by its reference, `workspace://<id>/<name>`. */
import { csrfToken, refusalOf, Unreachable, type Client } from "@/api/client";
import type { components } from "@/api/schema";

export type StoredFile = components["schemas"]["Upload"];

const REFERENCE = /^workspace:\/\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\/([^?#]*))?/;

/** What a reference says of its file: which one it is, and what it was called. */
export interface FileReference {
  readonly id: string;
  readonly name: string;
}

/** Return what the text says of a file; null where it is no reference to one. */
export function readReference(text: string): FileReference | null {
  const found = REFERENCE.exec(text);
  if (!found) return null;
  return { id: found[1] ?? "", name: decoded(found[2] ?? "") || "file" };
}

export interface Sending {
  /** Told now and then how much of the file has gone, from 0 to 1. */
  readonly onProgress?: (share: number) => void;
  readonly signal?: AbortSignal;
}

/** Send a file in. Throws Refused, Unreachable, or an AbortError where the signal ended it. */
export function sendFile(
  root: string,
  file: File,
  { onProgress, signal }: Sending = {},
): Promise<StoredFile> {
  return new Promise((resolve, reject) => {
    // Not fetch(): that does not say how much of a body has gone.
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.append("file", file, file.name);
    request.open("POST", `${root}files/`);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.upload.onprogress = ({ loaded, total, lengthComputable }) => {
      if (lengthComputable && total > 0) onProgress?.(loaded / total);
    };
    request.onerror = () => reject(new Unreachable("Trellis cannot be reached."));
    request.onabort = () => reject(new DOMException("The upload was cancelled.", "AbortError"));
    request.onload = () => {
      if (request.status === 201) resolve(JSON.parse(request.responseText) as StoredFile);
      else {
        const retry = request.getResponseHeader("Retry-After");
        reject(refusalOf(request.status, retry, request.responseText));
      }
    };
    signal?.addEventListener("abort", () => request.abort(), { once: true });
    request.send(form);
  });
}

/** Return one of my files. Throws Refused with 404 where I have no such file. */
export async function fetchFile(
  client: Client,
  id: string,
  signal?: AbortSignal,
): Promise<StoredFile> {
  const path = `files/${encodeURIComponent(id)}/`;
  return (await client.send<StoredFile>("GET", path, signal ? { signal } : {})).data;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
