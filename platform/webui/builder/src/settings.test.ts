import { expect, test } from "vitest";

import { urlOf } from "@/settings";

test("an id is put into an address as one segment of it", () => {
  expect(urlOf("/agents/{id}/edit/", "a/b")).toBe("/agents/a%2Fb/edit/");
});
