import { useId } from "react";

import { titleOf, type Catalogue } from "@/graph/catalogue";
import { AGENT_ITSELF, type NodeMerge, type Side } from "@/graph/merge";
import { KIND_WORDS, fieldName, valueText } from "@/panels/changes/words";

const SIDES: readonly (readonly [Side, string])[] = [
  ["mine", "Mine"],
  ["theirs", "Theirs"],
];

/** One node that both sides changed: what each made of it, and which one holds. */
export function NodeChoice({
  node,
  catalogue,
  side,
  onChoose,
}: {
  readonly node: NodeMerge;
  readonly catalogue: Catalogue;
  readonly side: Side | undefined;
  readonly onChoose: (side: Side) => void;
}) {
  const name = useId();
  const known = node.versions.mine ?? node.versions.theirs ?? node.versions.base;
  return (
    <fieldset className="node-choice">
      <legend>{titleOfMerge(node, catalogue)}</legend>
      {SIDES.map(([one, word]) => (
        <label key={one} className="node-choice__side" data-chosen={one === side || undefined}>
          <span className="node-choice__head">
            <input type="radio" name={name} checked={one === side} onChange={() => onChoose(one)} />
            {word}
          </span>
          {node.fields.length === 0 ? (
            <span className="node-choice__whole">
              {one === "mine" ? "You " : "They "}
              {KIND_WORDS[node[one] ?? "changed"]} it.
            </span>
          ) : (
            <dl>
              {node.fields.map((field) => (
                <div key={field.path.join(".")}>
                  <dt>{fieldName(field.path, known, catalogue)}</dt>
                  <dd>{valueText(field[one])}</dd>
                </div>
              ))}
            </dl>
          )}
        </label>
      ))}
    </fieldset>
  );
}

/** Return the name of what was merged: a node's title, or that it is the agent itself. */
export function titleOfMerge({ id, versions }: NodeMerge, catalogue: Catalogue): string {
  if (id === AGENT_ITSELF) return "The agent itself";
  const known = versions.mine ?? versions.theirs ?? versions.base;
  return known ? titleOf(known, catalogue) : "A node";
}
