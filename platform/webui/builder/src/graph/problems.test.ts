import { describe, expect, it } from "vitest";

import type { LinkDocument, NodeDocument } from "@/graph/document";
import { moveNodes, setDisabled } from "@/graph/edits";
import { isFoundHere, problemsOf, type Problem } from "@/graph/problems";
import { CATALOGUE, fakeDocument, fakeNode } from "@/testing/fakes";
import { sharedCases } from "@/testing/shared";

interface ProblemCase {
  readonly name: string;
  readonly nodes: readonly NodeDocument[];
  readonly links: readonly LinkDocument[];
  readonly problems: readonly Omit<Problem, "severity">[];
}

const CASES = sharedCases("unit/engine/problem_cases.json") as readonly ProblemCase[];

function inAnyOrder(problems: readonly object[]): string[] {
  return problems.map((problem) => JSON.stringify(Object.entries(problem).sort())).sort();
}

describe("problems", () => {
  it.each(CASES.map((one) => [one.name, one] as const))(
    "are the server's, in its words: %s",
    (_, { nodes, links, problems }) => {
      const found = problemsOf(fakeDocument(nodes, links), CATALOGUE);
      const told = found.map(({ severity: _severity, ...told }) => told);

      expect(inAnyOrder(told)).toEqual(inAnyOrder(problems));
    },
  );

  it("tell of a value that its pin cannot take", () => {
    const document = fakeDocument([
      fakeNode("c", "CalculatorBlock", { operation: "Guess", a: "many", b: 2 }),
    ]);
    const found = problemsOf(document, CATALOGUE);

    expect(found.map(({ code, pin, severity }) => [code, pin, severity])).toEqual([
      ["invalid_input", "operation", "error"],
      ["invalid_input", "a", "warning"],
    ]);
    expect(found[1]?.detail).toBe("`a` of 'Calculator' takes a number: this text counts as 0.");
  });

  it("name the link that they are about", () => {
    const document = fakeDocument(
      [fakeNode("a", "AgentInputBlock", { name: "a" }), fakeNode("p", "PrintToConsoleBlock")],
      ["a.result → p.nowhere", "a.result → p.text"],
    );

    expect(problemsOf(document, CATALOGUE).map((one) => one.link_id)).toEqual([
      "a.result → p.nowhere",
    ]);
  });

  it("stay the same objects while a node is dragged", () => {
    const document = fakeDocument([fakeNode("p", "PrintToConsoleBlock")]);
    const [before] = problemsOf(document, CATALOGUE);
    const moved = moveNodes(document, new Map([["p", { x: 9, y: 9 }]]));

    expect(problemsOf(moved, CATALOGUE)[0]).toBe(before);
  });

  it("are not those of nodes that are disabled, but of those that lose a value by it", () => {
    const document = fakeDocument(
      [
        fakeNode("a", "AgentInputBlock"),
        fakeNode("p", "PrintToConsoleBlock"),
        fakeNode("q", "PrintToConsoleBlock", { text: "x" }),
      ],
      ["a.result → p.text"],
    );
    const found = problemsOf(setDisabled(document, ["a"], true), CATALOGUE);

    expect(found.map(({ code, node_id, pin }) => [code, node_id, pin])).toEqual([
      ["missing_value", "p", "text"],
    ]);
  });

  it("of the inside of a sub-agent are the server's to find", () => {
    const detail = "In the agent 'Helper' that 'Ask' runs: `text` of 'Print' is required.";

    expect(isFoundHere({ code: "missing_value", detail })).toBe(false);
    expect(isFoundHere({ code: "missing_value", detail: "`text` of 'Print' …" })).toBe(true);
  });
});
