/** Where a value of a run is, for those who want the whole of it. */

import { urlOf, type BuilderUrls } from "@/settings";

/** An input of the run itself has no `nodeRun`. */
export interface Place {
  readonly run: string;
  readonly nodeRun?: string;
  readonly input?: string;
  readonly output?: string;
  /** Among the values that the output pin gave. */
  readonly index?: number;
}

/** Return the address of the whole value as plain text. */
export function valueUrl(urls: BuilderUrls, place: Place): string {
  return `${urlOf(urls.run, place.run)}value/?${query(place)}`;
}

/** Return the address of the file that the value is or names. */
export function fileUrl(urls: BuilderUrls, place: Place): string {
  return `${urlOf(urls.run, place.run)}file/?${query(place)}`;
}

function query({ nodeRun, input, output, index }: Place): string {
  const words = new URLSearchParams();
  if (nodeRun !== undefined) words.set("node", nodeRun);
  if (input !== undefined) words.set("input", input);
  if (output !== undefined) words.set("output", output);
  if (index !== undefined) words.set("index", String(index));
  return words.toString();
}
