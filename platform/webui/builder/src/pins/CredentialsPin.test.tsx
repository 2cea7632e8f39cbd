// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
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
    { urls: { api: "/api/v1/", connect_credential: "/account/credentials/connect/{provider}/" } },
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

    expect(choices()).toEqual(["Choose a key…", "“Mine” of github, api key"]);
    screen.getByText("Of github: api key or oauth2.");
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

  it("takes a key in a dialog, keeps it, and chooses it", async () => {
    const sent = serving([MINE], { id: "k5", provider: "github", type: "api_key", title: "New" });
    await addAKey();
    await type("API key", "ghp_1");
    fireEvent.click(screen.getByText("Keep and use it"));

    await waitFor(() =>
      expect(held).toEqual({ id: "k5", provider: "github", type: "api_key", title: "New" }),
    );
    expect(sent).toEqual([
      ["/api/v1/integrations/github/credentials/", { type: "api_key", api_key: "ghp_1" }],
    ]);
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("asks for what is missing, and sends nothing before", async () => {
    const sent = serving([], {});
    await addAKey();
    fireEvent.click(screen.getByText("Keep and use it"));

    expect(await screen.findByText("This is required.")).toBeTruthy();
    expect(sent).toEqual([]);
    expect(held).toBeUndefined();
  });

  it("shows what the server refuses at the field that it is about, and keeps what was typed", async () => {
    const errors = [{ code: "invalid", detail: "A key is one word.", attr: "api_key" }];
    serving([], { code: "invalid_credentials", detail: "No.", errors }, 400);
    await addAKey();
    await type("API key", "two words");
    fireEvent.click(screen.getByText("Keep and use it"));

    expect(await screen.findByText("A key is one word.")).toBeTruthy();
    expect(screen.getByLabelText<HTMLInputElement>(/^API key/).value).toBe("two words");
    expect(held).toBeUndefined();
  });

  it("leads to where an account is connected, and takes it when one comes back", async () => {
    const mine = [MINE];
    serving(mine, {});
    await addAKey();
    fireEvent.change(screen.getByLabelText("What you have"), {
      target: { value: "github oauth2" },
    });
    const link = screen.getByText<HTMLAnchorElement>("Connect an account");
    expect(link.getAttribute("href")).toBe("/account/credentials/connect/github/");
    expect(link.target).toBe("_blank");

    const connected = { id: "k7", provider: "github", type: "oauth2", title: "octocat" };
    mine.push(connected);
    fireEvent.focus(window);
    await waitFor(() => expect(held).toEqual(connected));
  });
});

const GITHUB = {
  name: "github",
  title: "GitHub",
  types: ["api_key", "oauth2"],
  hosts: ["api.github.com"],
  base_url: "",
  help_url: "https://github.com/settings/tokens",
  keyless: false,
  can_connect: true,
};

/** Serve these keys and GitHub, and answer so to a new key. Returns what was sent. */
function serving(keys: readonly object[], answer: object, status = 201): unknown[][] {
  const sent: unknown[][] = [];
  const fetched = (url: string, { method, body }: RequestInit) => {
    if (method === "POST") {
      sent.push([url, JSON.parse(body as string)]);
      return Promise.resolve(new Response(JSON.stringify(answer), { status }));
    }
    const found = url.endsWith("providers/") ? [GITHUB] : { results: keys, next: null };
    return Promise.resolve(new Response(JSON.stringify(found), { status: 200 }));
  };
  vi.stubGlobal("fetch", vi.fn(fetched));
  return sent;
}

async function addAKey() {
  show();
  fireEvent.click(screen.getByText("Add a key…"));
  await screen.findByText("Add a key of GitHub");
}

async function type(label: string, text: string) {
  const field = await screen.findByLabelText(new RegExp(`^${label}`));
  fireEvent.change(field, { target: { value: text } });
}
