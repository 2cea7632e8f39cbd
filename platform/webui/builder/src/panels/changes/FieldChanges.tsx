import type { Catalogue } from "@/graph/catalogue";
import type { FieldChange } from "@/graph/diff";
import type { NodeDocument } from "@/graph/document";
import { fieldName, valueText } from "@/panels/changes/words";

/** What each field was and is. */
export function FieldChanges({
  fields,
  node,
  catalogue,
}: {
  readonly fields: readonly FieldChange[];
  readonly node: NodeDocument | undefined;
  readonly catalogue: Catalogue;
}) {
  return (
    <dl className="field-changes">
      {fields.map((field) => (
        <div key={field.path.join(".")}>
          <dt>{fieldName(field.path, node, catalogue)}</dt>
          <dd>
            <del>{valueText(field.before)}</del>
            <span aria-hidden="true"> → </span>
            <ins>{valueText(field.after)}</ins>
          </dd>
        </div>
      ))}
    </dl>
  );
}
