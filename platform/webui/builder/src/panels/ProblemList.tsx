/** What is wrong with the graph, as one types: each with the way to where it is. */
import { useEditor, useEditorStore } from "@/editor/context";
import { jumpTo } from "@/editor/jump";
import { titleOf } from "@/graph/catalogue";
import { findNode } from "@/graph/document";
import type { Problem } from "@/graph/problems";
import { Words } from "@/pins/Words";
import { Icon } from "@/ui/icons";

const MOST_SHOWN = 200;

export function ProblemList() {
  const store = useEditorStore();
  const problems = useEditor((editor) => editor.problems);
  const document = useEditor((editor) => editor.document);
  const catalogue = useEditor((editor) => editor.catalogue);
  if (problems.length === 0)
    return (
      <div className="problem-list problem-list--empty" role="status">
        <Icon name="check" />
        <p>Nothing is wrong. The agent can run.</p>
      </div>
    );
  const sorted = [...problems].sort((one, other) => rank(one) - rank(other));
  return (
    <section className="problem-list" aria-label="Problems">
      <p className="problem-list__count" role="status">
        {counted(problems)}
      </p>
      <ol className="problem-list__all">
        {sorted.slice(0, MOST_SHOWN).map((problem, index) => {
          const node =
            problem.node_id === undefined ? undefined : findNode(document, problem.node_id);
          const canJump = node !== undefined || problem.link_id !== undefined;
          return (
            <li key={`${problem.code} ${problem.detail} ${index}`}>
              <button
                type="button"
                className="problem"
                data-severity={problem.severity}
                disabled={!canJump}
                onClick={() => jumpTo(store, problem)}
              >
                <Icon name="problems" />
                <span className="problem__text">
                  <span className="visually-hidden">
                    {problem.severity === "error" ? "Error: " : "Warning: "}
                  </span>
                  <span dir="auto">
                    <Words text={problem.detail} />
                  </span>
                  {node && (
                    <span className="problem__place" dir="auto">
                      {titleOf(node, catalogue)}
                      {problem.pin === undefined ? "" : ` · ${problem.pin}`}
                    </span>
                  )}
                </span>
              </button>
            </li>
          );
        })}
      </ol>
      {sorted.length > MOST_SHOWN && (
        <p className="inspector__quiet">and {sorted.length - MOST_SHOWN} more</p>
      )}
    </section>
  );
}

function rank(problem: Problem): number {
  return problem.severity === "error" ? 0 : 1;
}

function counted(problems: readonly Problem[]): string {
  const errors = problems.filter((problem) => problem.severity === "error").length;
  const warnings = problems.length - errors;
  return [
    errors > 0 ? (errors === 1 ? "1 error" : `${errors} errors`) : null,
    warnings > 0 ? (warnings === 1 ? "1 warning" : `${warnings} warnings`) : null,
  ]
    .filter((part) => part !== null)
    .join(", ");
}
