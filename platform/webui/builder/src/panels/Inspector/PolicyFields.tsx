/** What happens when the node fails or hangs. */
import { useEdit } from "@/editor/useEdit";
import { useEditor } from "@/editor/context";
import type { NodeDocument } from "@/graph/document";
import { setMetadata } from "@/graph/edits";
import type { Json } from "@/graph/json";
import { policySummary, POLICY_SCHEMA } from "@/panels/Inspector/policy";
import type { How } from "@/pins/control";
import { fieldsOf } from "@/pins/field";
import { PinField } from "@/pins/PinField";
import { shownMisfitOf } from "@/pins/problem";

const FIELDS = fieldsOf({ part: POLICY_SCHEMA, root: POLICY_SCHEMA });

export function PolicyFields({ node }: { readonly node: NodeDocument }) {
  const edit = useEdit();
  const readOnly = useEditor((editor) => editor.readOnly);
  return (
    <details className="inspector__section">
      <summary>
        When it fails <span className="inspector__quiet">{policySummary(node.metadata)}</span>
      </summary>
      <div className="fields">
        {FIELDS.map((field) => {
          const value = node.metadata[field.name];
          return (
            <PinField
              key={field.name}
              id={`policy-${node.id}-${field.name}`}
              field={field}
              value={value}
              problem={shownMisfitOf(field, value)}
              disabled={readOnly}
              onChange={(next: Json | undefined, how: How) =>
                edit(
                  `Change ${field.title}`,
                  (document) => setMetadata(document, node.id, field.name, next),
                  how === "typing" ? { merge: `policy:${node.id}:${field.name}` } : {},
                )
              }
            />
          );
        })}
      </div>
    </details>
  );
}
