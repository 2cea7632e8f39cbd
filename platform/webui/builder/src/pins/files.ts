/** Files as `data:` URIs, as the forms of the Django pages send them. */
import { sizeText } from "@/pins/values";

const MEDIA_TYPE = /^[\w.+-]+\/[\w.+-]+$/;

/** Return the file as a `data:` URI. Throws with a sentence where it is too large. */
export async function asDataUri(file: Blob, largest: number): Promise<string> {
  if (file.size > largest)
    throw new Error(`The file has ${sizeText(file.size)}; a run takes ${sizeText(largest)}.`);
  const type = MEDIA_TYPE.test(file.type) ? file.type : "application/octet-stream";
  return `data:${type};base64,${base64(new Uint8Array(await file.arrayBuffer()))}`;
}

const CHUNK = 32_766; // a multiple of 3, so that chunks join without padding

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK)
    text += btoa(String.fromCharCode(...bytes.subarray(at, at + CHUNK)));
  return text;
}
