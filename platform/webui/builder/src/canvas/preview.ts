/** A pin's value in the few characters that a node has room for. */
import type { Json } from "@/graph/document";
import { isArray, isObject } from "@/graph/json";
import type { Pin } from "@/graph/pins";
import { heldFile, summary } from "@/pins/values";

const LONGEST = 40;

export interface Preview {
  readonly text: string;
  /** Whether somebody gave it; else it is what the block takes by itself. */
  readonly isGiven: boolean;
}

/** Return what the node shows beside the pin's name; null for nothing. */
export function previewOf(pin: Pin): Preview | null {
  const isGiven = pin.value !== undefined;
  const value = isGiven ? pin.value : pin.fallback;
  if (value === undefined || value === null || value === "") return null;
  if (pin.secret) return { text: "••••", isGiven };
  return { text: short(value), isGiven };
}

function short(value: Json): string {
  if (isArray(value)) return value.length === 1 ? "1 item" : `${value.length} items`;
  if (isObject(value)) {
    const count = Object.keys(value).length;
    return count === 1 ? "1 entry" : `${count} entries`;
  }
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string" && heldFile(value)) return summary(value);
  const text = String(value).replaceAll(/\s+/g, " ").trim();
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
