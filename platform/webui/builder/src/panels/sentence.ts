/** What went wrong with a request, in sentences for people. */
import { Refused } from "@/api/client";

/** Return the server's sentences, each once, or that it cannot be reached. */
export function sentenceOf(error: unknown): string {
  if (error instanceof Refused && error.errors.length > 0)
    return [...new Set(error.errors.map((one) => one.detail))].join(" ");
  return error instanceof Error ? error.message : "Something went wrong.";
}
