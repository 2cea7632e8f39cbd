/** The policy of a node: how often it is tried, and how long one try may take. */
import { isObject, type Json, type JsonObject } from "@/graph/json";

/** What `agents/engine/policy.py` reads from a node's metadata. */
export const POLICY_SCHEMA: JsonObject = {
  type: "object",
  properties: {
    timeout_seconds: {
      title: "Longest try, in seconds",
      description: "A try that takes longer fails. Empty: as the block or this instance says.",
      type: "number",
      exclusiveMinimum: 0,
      maximum: 2_592_000,
    },
    retry: {
      title: "Tries",
      description: "What is empty is as the block or this instance says.",
      type: "object",
      properties: {
        max_attempts: {
          title: "Most tries",
          description: "1 means that a failure is final.",
          type: "integer",
          minimum: 1,
          maximum: 100,
        },
        errors: {
          title: "Errors worth another try",
          description:
            "`transient`: those of which the block says that trying again can help; `any`; or " +
            "codes, such as `timed_out` and `interrupted`.",
          type: "array",
          items: { type: "string", minLength: 1, maxLength: 100 },
          minItems: 1,
          maxItems: 50,
        },
        initial_seconds: {
          title: "Wait before the second try, in seconds",
          type: "number",
          minimum: 0,
          maximum: 86_400,
        },
        factor: {
          title: "Each wait longer by this factor",
          type: "number",
          minimum: 0,
          maximum: 100,
        },
        max_seconds: {
          title: "Longest wait, in seconds",
          type: "number",
          minimum: 0,
          maximum: 2_592_000,
        },
        jitter: {
          title: "Spread of the waits",
          description: "So that nodes which failed together do not all come back together.",
          enum: ["none", "full", "equal"],
        },
      },
      additionalProperties: false,
    },
  },
};

/** Return a policy in a few words. */
export function policySummary(metadata: JsonObject): string {
  const retry: Json | undefined = metadata.retry;
  const tries = isObject(retry) ? retry.max_attempts : undefined;
  const seconds = metadata.timeout_seconds;
  const parts = [
    typeof tries === "number" ? (tries === 1 ? "1 try" : `${tries} tries`) : null,
    isObject(retry) && typeof tries !== "number" ? "own waits" : null,
    typeof seconds === "number" ? `at most ${seconds} s each` : null,
  ].filter((part) => part !== null);
  return parts.join(", ") || "as the block says";
}
