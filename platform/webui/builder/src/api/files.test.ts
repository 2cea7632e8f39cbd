import { describe, expect, it } from "vitest";

import { readReference } from "@/api/files";

const ID = "11111111-2222-4333-8444-555555555555";

describe("the reference of a file", () => {
  it.each([
    [`workspace://${ID}/list.csv`, "list.csv"],
    [`workspace://${ID}/Gr%C3%BC%C3%9Fe%201.csv`, "Grüße 1.csv"],
    [`workspace://${ID}/100%.csv`, "100%.csv"],
    [`workspace://${ID}`, "file"],
    [`workspace://${ID}#text/csv`, "file"],
  ])("%s is of %s", (text, name) => {
    expect(readReference(text)).toEqual({ id: ID, name });
  });

  it.each(["", ID, "workspace://x/y", "data:,a", `see workspace://${ID}/a`])(
    "is not in %o",
    (text) => {
      expect(readReference(text)).toBeNull();
    },
  );
});
