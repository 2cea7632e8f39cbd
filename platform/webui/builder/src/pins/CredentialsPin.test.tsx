// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { Json } from "@/graph/json";
import { fieldOf } from "@/pins/field";
import { PinField } from "@/pins/PinField";

const MINE = { id: "k1", provider: "github", type: "api_key", title: "Mine" };
const OTHERS = [
  { id: "k2", provider: "openai", type: "api_key", title: "Of another service" },
  { id: "k3", provider: "github", type: "host_scoped", title: "Of another kind" },
];
const PART = { credentials_provider: ["github"], credentials_types: ["api_key", "oauth2"] };

let held: Json | undefined;

function show(value?: Json) {
  const field = fieldOf("credentials", { part: PART, root: {} });
  function Field() {
    const [now, setNow] = useState(value);
    held = now;
    return <PinField id="key" field={field} value={now} onChange={setNow} problem={null} />;
  }
  return render(<Field />);
}

function listing(results: readonly object[], status = 200) {
  const answer = () =>
    Promise.resolve(new Response(JSON.stringify({ results, next: null }), { status }));
  vi.stubGlobal("fetch", vi.fn(answer));
}

const choice = () => screen.getByLabelText<HTMLSelectElement>("Credentials");
const choices = () => Array.from(choice().options, ({ text }) => text);

beforeEach(() => {
  document.head.innerHTML = `<script id="builder-settings" type="application/json">${JSON.stringify(
    { urls: { api: "/api/v1/" } },
  )}</script>`;
  listing([MINE, ...OTHERS]);
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe("a field for a key of another service", () => {
  it("offers those of its services and kinds", async () => {
    show();
    await screen.findByText("“Mine” of github, api key");

    expect(choices()).toEqual([
      "Choose a key of github (api key or oauth2)…",
      "“Mine” of github, api key",
    ]);
  });

  it("names the one that is chosen, and nothing else of it", async () => {
    listing([{ ...MINE, status: "ACTIVE", hosts: ["api.github.com"] }]);
    show();
    await screen.findByText("“Mine” of github, api key");
    fireEvent.change(choice(), { target: { value: "k1" } });
    expect(held).toEqual(MINE);

    fireEvent.change(choice(), { target: { value: "" } });
    expect(held).toBeUndefined();
  });

  it("keeps what an imported agent names, and says that it is not mine", async () => {
    const theirs = { id: "k9", provider: "github", type: "oauth2", title: "Theirs" };
    show(theirs);

    expect(await screen.findByText(/^You have no such key\./)).toBeTruthy();
    expect(choice().value).toBe("k9");
    expect(held).toEqual(theirs);
  });

  it("says where the keys cannot be listed", async () => {
    listing([], 500);
    show(MINE);

    expect((await screen.findByRole("alert")).textContent).toMatch(
      /^Your keys could not be listed/,
    );
    expect(held).toEqual(MINE);
  });
});
