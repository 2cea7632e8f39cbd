// @vitest-environment jsdom
import { act, cleanup, render, screen } from "@testing-library/react";
import { Profiler, type ReactNode } from "react";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { RunProvider } from "@/run/context";
import type { RunEvent } from "@/run/events";
import { NodeRunBadge } from "@/run/NodeRunBadge";
import type { RunScene } from "@/run/scene";
import { nodeData, nodeEvent, numbered, RUN, stagedRun } from "@/run/testing";
import { ValueView } from "@/run/values/ValueView";

let tell: (...events: RunEvent[]) => void;
let scene: RunScene;

beforeEach(() => {
  const staged = stagedRun();
  scene = staged.scene;
  tell = (...events) => act(() => staged.tell(...events));
});

afterEach(cleanup);

function Stage({ children }: { readonly children: ReactNode }) {
  return <RunProvider scene={scene}>{children}</RunProvider>;
}

describe("a node's badge", () => {
  it("says the status in words, and how often the node ran", () => {
    render(<NodeRunBadge nodeId="a" />, { wrapper: Stage });
    tell(...numbered(nodeData("a", "a1", "COMPLETED"), nodeData("a", "a2", "RUNNING")));
    expect(screen.getByText("Running")).toBeTruthy();
    expect(screen.getByText("2 runs, 1 running")).toBeTruthy();
  });

  it("says why the node failed", () => {
    render(<NodeRunBadge nodeId="a" />, { wrapper: Stage });
    const error = { code: "division_by_zero", message: "It divides by zero." };
    tell(...numbered(nodeData("a", "a1", "FAILED", { error })));
    expect(screen.getByText("Failed")).toBeTruthy();
    expect(screen.getByText("It divides by zero.")).toBeTruthy();
  });

  it("shows nothing of a node that the run has not reached", () => {
    const { container } = render(<NodeRunBadge nodeId="a" />, { wrapper: Stage });
    tell(...numbered(nodeData("b", "b1", "COMPLETED")));
    expect(container.innerHTML).toBe("");
  });

  it("renders for its own node only", () => {
    let renders = 0;
    render(
      <Profiler id="a" onRender={() => (renders += 1)}>
        <NodeRunBadge nodeId="a" />
      </Profiler>,
      { wrapper: Stage },
    );
    tell(nodeEvent(1, nodeData("a", "a1", "RUNNING")));
    const before = renders;
    for (let seq = 2; seq < 50; seq++) tell(nodeEvent(seq, nodeData("b", `b${seq}`, "COMPLETED")));
    expect(renders).toBe(before);
  });
});

const HOSTILE = '</pre><script>alert(1)</script><img src=x onerror="alert(2)">';

describe("a value", () => {
  it.each<[string, unknown]>([
    ["text", HOSTILE],
    ["Markdown", `# ${HOSTILE}\n\n[x](javascript:alert(1))`],
    ["a table", [{ [HOSTILE]: HOSTILE }, { [HOSTILE]: 1 }]],
    ["JSON", { [HOSTILE]: { deep: [HOSTILE] } }],
    ["a page as a file", `data:text/html,${HOSTILE}`],
    ["a picture that is a script", "data:image/svg+xml,<svg onload=alert(1)></svg>"],
    ["an address that is a script", "javascript:alert(1)"],
    ["a shortened value", { truncated: true, bytes: 99_999, start: HOSTILE }],
    ["the name of a file", `${"a".repeat(64)}.html`],
    ["a link", `https://example.org/"onclick="alert(1)`],
  ])("cannot act: %s", (_, value) => {
    const { container } = render(
      <ValueView value={value} place={{ run: RUN, nodeRun: "a1", output: "result", index: 0 }} />,
      { wrapper: Stage },
    );
    expect(container.innerHTML).not.toBe("");
    expect(container.querySelector("script, iframe, object, embed, svg[onload]")).toBeNull();
    for (const element of container.querySelectorAll("*")) {
      for (const name of element.getAttributeNames()) expect(name).not.toMatch(/^on/);
      expect(element.getAttribute("href") ?? "/").toMatch(/^(\/|https?:|blob:)/);
      const source = element.getAttribute("src");
      if (source !== null) {
        expect(element.localName).toBe("img");
        expect(source).toMatch(/^(data:image\/|\/runs\/)/);
      }
    }
  });

  it("that was shortened leads to the whole of it", () => {
    render(
      <ValueView
        value={{ truncated: true, bytes: 45_000, start: "Once" }}
        place={{ run: RUN, nodeRun: "a1", output: "result", index: 3 }}
      />,
      { wrapper: Stage },
    );
    expect(screen.getByText("Show all 45.0 KB")).toBeTruthy();
    expect(screen.getByText("Open as text").getAttribute("href")).toBe(
      `/runs/${RUN}/value/?node=a1&output=result&index=3`,
    );
  });

  it("can be looked at in another way", () => {
    render(<ValueView value={[{ name: "Ada" }, { name: "Bob" }]} />, { wrapper: Stage });
    expect(screen.getByRole("columnheader").textContent).toBe("name");
    act(() => screen.getByText("JSON").click());
    expect(screen.queryByRole("columnheader")).toBeNull();
    expect(screen.getByText("list of 2")).toBeTruthy();
  });
});
