import { useReactFlow } from "@xyflow/react";

import { useEditor } from "@/editor/context";
import { titleOf } from "@/graph/catalogue";
import { isEmpty, type NodeChange } from "@/graph/diff";
import type { Comparison, Place } from "@/panels/VersionsPanel/comparing";
import { FieldChanges } from "@/panels/changes/FieldChanges";
import { KIND_WORDS, linkText } from "@/panels/changes/words";
import { Button } from "@/ui/Button";

/** What is different between two versions, in a list; the canvas shows it too. */
export function ComparisonView({
  comparison,
  places,
  onCompare,
  onClose,
}: {
  readonly comparison: Comparison;
  readonly places: readonly Place[];
  readonly onCompare: (before: Place, after: Place) => void;
  readonly onClose: () => void;
}) {
  const { before, after, diff, documents } = comparison;
  const catalogue = useEditor((editor) => editor.catalogue);
  return (
    <section className="comparison" aria-label="Comparison">
      <header className="comparison__head">
        <PlaceChoice
          label="From"
          place={before}
          places={places}
          onChoose={(one) => onCompare(one, after)}
        />
        <PlaceChoice
          label="to"
          place={after}
          places={places}
          onChoose={(one) => onCompare(before, one)}
        />
        <Button small onClick={onClose}>
          Back to editing
        </Button>
      </header>
      {isEmpty(diff) && <p className="comparison__none">Nothing is different.</p>}
      <ul className="change-list">
        {diff.fields.length > 0 && (
          <li data-kind="changed">
            The agent itself
            <FieldChanges fields={diff.fields} node={undefined} catalogue={catalogue} />
          </li>
        )}
        {diff.nodes.map((change) => (
          <NodeRow key={change.id} change={change} comparison={comparison} />
        ))}
        {diff.links.map(({ kind, link }) => (
          <li key={`${kind} ${link.id}`} data-kind={kind}>
            {linkText(link, documents, catalogue)}{" "}
            <span className="change-list__kind">link {KIND_WORDS[kind]}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function NodeRow({
  change,
  comparison,
}: {
  readonly change: NodeChange;
  readonly comparison: Comparison;
}) {
  const flow = useReactFlow();
  const catalogue = useEditor((editor) => editor.catalogue);
  const node = change.after ?? change.before;
  if (!node) return null;
  const show = () => {
    comparison.store.getState().select([change.id]);
    void flow.fitView({ nodes: [{ id: change.id }], padding: 1, maxZoom: 1, duration: 200 });
  };
  return (
    <li data-kind={change.kind}>
      <button type="button" className="change-list__node" onClick={show}>
        {titleOf(node, catalogue)}
      </button>{" "}
      <span className="change-list__kind">{KIND_WORDS[change.kind]}</span>
      {change.fields.length > 0 && (
        <FieldChanges fields={change.fields} node={node} catalogue={catalogue} />
      )}
    </li>
  );
}

function PlaceChoice({
  label,
  place,
  places,
  onChoose,
}: {
  readonly label: string;
  readonly place: Place;
  readonly places: readonly Place[];
  readonly onChoose: (place: Place) => void;
}) {
  return (
    <label className="comparison__place">
      {label}{" "}
      <select
        value={place}
        onChange={({ target }) =>
          onChoose(target.value === "draft" ? "draft" : Number(target.value))
        }
      >
        {places.map((one) => (
          <option key={one} value={one}>
            {one === "draft" ? "the draft" : `version ${one}`}
          </option>
        ))}
      </select>
    </label>
  );
}
