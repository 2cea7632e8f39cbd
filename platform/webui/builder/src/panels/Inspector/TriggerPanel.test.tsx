// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";

import { type Client, Refused } from "@/api/client";
import { SessionProvider } from "@/editor/context";
import type { Session } from "@/editor/session";
import { createEditor } from "@/editor/store";
import { TriggerPanel } from "@/panels/Inspector/TriggerPanel";
import type { BuilderSettings } from "@/settings";
import { CATALOGUE, fakeDocument, fakeNode } from "@/testing/fakes";

afterEach(cleanup);

const NODE = fakeNode("hook", "GenericWebhookTriggerBlock");
const TRIGGER = {
  id: "t1",
  name: "Webhook",
  node_id: "hook",
  is_active: true,
  paused_why: "",
  last_error: "",
};
const WITH_ADDRESS = { ...TRIGGER, address: "https://trellis.example/hooks/trwh_1/" };
const ARRIVAL = {
  id: "a1",
  received_at: "2026-05-01T09:00:00Z",
  verdict: "started",
  why: "",
  event: "",
  graph_exec_id: "run1",
  body: '{"order": 7}',
};

type Answers = Record<string, unknown>;

/** Show the panel of a node; the API gives these answers, and notes what it was asked. */
function show(answers: Answers, agent = "agent1"): string[] {
  const asked: string[] = [];
  const send = (method: string, path: string) => {
    const question = `${method} ${path.split("?")[0]}`;
    asked.push(question);
    const answer = answers[question];
    return answer instanceof Error
      ? Promise.reject(answer)
      : Promise.resolve({ data: answer, status: 200, etag: null });
  };
  const store = createEditor({
    document: { ...fakeDocument([NODE]), id: agent },
    catalogue: CATALOGUE,
  });
  const settings = { urls: { trigger: "/triggers/{id}/", run: "/runs/{id}/" } };
  const session: Session = {
    settings: settings as BuilderSettings,
    client: { send } as Client,
    store,
    saver: null,
  };
  render(
    <SessionProvider session={session}>
      <TriggerPanel node={NODE} provider="generic_webhook" />
    </SessionProvider>,
  );
  return asked;
}

describe("the trigger of a node", () => {
  it("shows its address and what arrived lately", async () => {
    show({
      "GET graphs/agent1/triggers/": { results: [{ ...TRIGGER, node_id: "other" }, TRIGGER] },
      "GET triggers/t1/": WITH_ADDRESS,
      "GET triggers/t1/arrivals/": { results: [ARRIVAL] },
    });

    expect((await screen.findByLabelText("the address")).textContent).toBe(WITH_ADDRESS.address);
    expect(await screen.findByText(/It began a run/)).toBeTruthy();
    expect(screen.getByText("Its run").getAttribute("href")).toBe("/runs/run1/");
    expect(screen.getByText(/All that arrived/).getAttribute("href")).toBe("/triggers/t1/");
  });

  it("makes one where there is none, and shows the secret until it was copied", async () => {
    const asked = show({
      "GET graphs/agent1/triggers/": { results: [] },
      "POST graphs/agent1/triggers/": { trigger: WITH_ADDRESS, secret: "s3cret", problem: "" },
      "GET triggers/t1/arrivals/": { results: [] },
    });

    fireEvent.click(await screen.findByText("Make an address"));

    expect((await screen.findByLabelText("the secret")).textContent).toBe("s3cret");
    expect(asked).toContain("POST graphs/agent1/triggers/");
    fireEvent.click(screen.getByText("I have copied it"));
    expect(screen.queryByText("s3cret")).toBeNull();
    expect(screen.getByLabelText("the address").textContent).toBe(WITH_ADDRESS.address);
  });

  it("asks for the agent to be published where only its draft has the node", async () => {
    show({
      "GET graphs/agent1/triggers/": { results: [] },
      "POST graphs/agent1/triggers/": new Refused(400, "invalid_trigger", "No.", [
        { code: "node_gone", detail: "Version 1 of the agent has no node 'hook'." },
      ]),
    });

    fireEvent.click(await screen.findByText("Make an address"));

    expect((await screen.findByRole("alert")).textContent).toContain("Publish the agent first");
  });

  it("says why a trigger is paused, and what the server said where it cannot be asked", async () => {
    show({
      "GET graphs/agent1/triggers/": { results: [TRIGGER] },
      "GET triggers/t1/": { ...WITH_ADDRESS, is_active: false, paused_why: "It failed." },
      "GET triggers/t1/arrivals/": new Error("away"),
    });
    expect(await screen.findByText(/It is paused\. It failed\./)).toBeTruthy();
    cleanup();

    show({ "GET graphs/agent1/triggers/": new Error("Trellis cannot be reached.") });
    await waitFor(() => expect(screen.getByRole("alert").textContent).toContain("be reached"));
  });

  it("waits for an agent that is not saved", () => {
    const asked = show({}, "");

    expect(screen.getByText(/Once the agent is saved/)).toBeTruthy();
    expect(asked).toEqual([]);
  });
});
