import type { Catalogue } from "@/graph/catalogue";
import type { Merge, NodeMerge, Side } from "@/graph/merge";
import { titleOfMerge } from "@/panels/MergeDialog/NodeChoice";
import { KIND_WORDS, counted } from "@/panels/changes/words";

const SIDES: readonly (readonly [Side, string])[] = [
  ["theirs", "Their changes"],
  ["mine", "Your changes"],
];

/** What needs no choice: the changes of each side that the other one does not touch. */
export function TakenOver({
  merged,
  catalogue,
}: {
  readonly merged: Merge;
  readonly catalogue: Catalogue;
}) {
  const clear = merged.nodes.filter((node) => !node.isConflict);
  return (
    <section className="merge__taken" aria-label="Taken over">
      <h3>Taken over</h3>
      <div className="merge__sides">
        {SIDES.map(([side, title]) => (
          <div key={side}>
            <h4>{title}</h4>
            <Changes side={side} nodes={clear} links={merged.links[side]} catalogue={catalogue} />
          </div>
        ))}
      </div>
    </section>
  );
}

function Changes({
  side,
  nodes,
  links,
  catalogue,
}: {
  readonly side: Side;
  readonly nodes: readonly NodeMerge[];
  readonly links: Merge["links"][Side];
  readonly catalogue: Catalogue;
}) {
  const changed = nodes.flatMap((node) => {
    const kind = node[side];
    return kind ? [{ node, kind }] : [];
  });
  const { added, removed } = links;
  if (changed.length + added + removed === 0) return <p className="merge__hint">Nothing else.</p>;
  return (
    <ul className="change-list">
      {changed.map(({ node, kind }) => (
        <li key={node.id} data-kind={kind}>
          {titleOfMerge(node, catalogue)} <span className="merge__hint">{KIND_WORDS[kind]}</span>
        </li>
      ))}
      {added > 0 && <li data-kind="added">{counted(added, "link")} added</li>}
      {removed > 0 && <li data-kind="removed">{counted(removed, "link")} removed</li>}
    </ul>
  );
}
