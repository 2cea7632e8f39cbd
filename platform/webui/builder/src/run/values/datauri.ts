/** `data:` URIs (RFC 2397): files that a value carries with it. */

export interface DataUri {
  readonly mediaType: string;
  readonly isBase64: boolean;
  readonly body: string;
}

const HEAD = /^data:([a-z0-9.+-]+\/[a-z0-9.+-]+)?((?:;[^;,]*)*),/i;
const LONGEST_HEAD = 300;

const ENDINGS: Readonly<Record<string, string>> = {
  "application/json": ".json",
  "application/pdf": ".pdf",
  "application/zip": ".zip",
  "audio/mpeg": ".mp3",
  "image/jpeg": ".jpg",
  "image/png": ".png",
  "image/gif": ".gif",
  "image/webp": ".webp",
  "image/svg+xml": ".svg",
  "text/csv": ".csv",
  "text/html": ".html",
  "text/markdown": ".md",
  "text/plain": ".txt",
  "video/mp4": ".mp4",
};

/** Return the parts of a `data:` URI; null for any other text. */
export function parseDataUri(text: string): DataUri | null {
  const head = HEAD.exec(text.slice(0, LONGEST_HEAD));
  if (!head) return null;
  const parameters = (head[2] ?? "").toLowerCase().split(";");
  return {
    mediaType: (head[1] ?? "text/plain").toLowerCase(),
    isBase64: parameters.includes("base64"),
    body: text.slice(head[0].length),
  };
}

/** Return the file's bytes. Throws where they are not what the URI says. */
export function bytesOf({ isBase64, body }: DataUri): Uint8Array<ArrayBuffer> {
  const binary = isBase64 ? atob(decodeURIComponent(body)) : unescaped(body);
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** Return about how many bytes the file has. */
export function sizeOf({ isBase64, body }: DataUri): number {
  return isBase64 ? Math.floor((body.replace(/=+$/, "").length * 3) / 4) : unescaped(body).length;
}

/** Return a file name's ending for a media type, with its dot. */
export function endingOf(mediaType: string): string {
  return ENDINGS[mediaType] ?? ".bin";
}

function unescaped(body: string): string {
  const bytes = new TextEncoder().encode(body);
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return text.replace(/%([0-9a-f]{2})/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}
