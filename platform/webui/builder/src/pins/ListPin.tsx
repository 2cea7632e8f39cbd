/** A list: one control for each item. A list that is too long for that is edited as JSON. */
import { isArray, type Json } from "@/graph/json";
import { Control } from "@/pins/Control";
import { groupOf, type ControlProps } from "@/pins/control";
import { itemField } from "@/pins/field";
import { DownIcon, UpIcon } from "@/pins/icons";
import { JsonPin } from "@/pins/JsonPin";
import { AddButton, MOST_ROWS, RemoveButton, RowButton, useRows } from "@/pins/rows";

export function ListPin(props: ControlProps) {
  const { field, value, onChange, id, disabled } = props;
  const {
    rows: items,
    place,
    add,
    remove,
  } = useRows<Json>(
    isArray(value) ? value : null,
    isArray(field.default) ? field.default : null,
    (changed) => onChange(changed, "click"),
  );
  if (items.length > MOST_ROWS) return <JsonPin {...props} />;
  return (
    <div {...groupOf(props)} className="list-pin" ref={place}>
      {items.length > 0 && (
        <ol className="list-pin__items">
          {items.map((item, index) => (
            // An item has no name but its place.
            <li key={index} className="list-pin__item" data-row>
              <div className="list-pin__control">
                <Control
                  field={itemField(field, `${field.name} ${index + 1}`)}
                  value={item}
                  onChange={(next, how) => onChange(items.with(index, next ?? null), how)}
                  id={`${id}-${index}`}
                  label={`Item ${index + 1} of ${props.label ?? field.title}`}
                  describedBy={undefined}
                  invalid={false}
                  disabled={disabled}
                />
              </div>
              <span className="list-pin__buttons">
                <RowButton
                  label={`Move item ${index + 1} up`}
                  disabled={disabled || index === 0}
                  onClick={() => onChange(swapped(items, index - 1), "click")}
                >
                  <UpIcon />
                </RowButton>
                <RowButton
                  label={`Move item ${index + 1} down`}
                  disabled={disabled || index === items.length - 1}
                  onClick={() => onChange(swapped(items, index), "click")}
                >
                  <DownIcon />
                </RowButton>
                <RemoveButton
                  label={`Remove item ${index + 1}`}
                  disabled={disabled}
                  onClick={() => remove(index)}
                />
              </span>
            </li>
          ))}
        </ol>
      )}
      <AddButton
        id={id}
        disabled={disabled}
        onClick={() => add(emptyItem(itemField(field, "item").control))}
      >
        Add an item
      </AddButton>
    </div>
  );
}

function swapped(items: readonly Json[], index: number): Json[] {
  const [one, other] = [items[index], items[index + 1]];
  if (one === undefined || other === undefined) return [...items];
  return items.toSpliced(index, 2, other, one);
}

function emptyItem(control: string): Json {
  switch (control) {
    case "toggle":
      return false;
    case "list":
    case "table":
      return [];
    case "object":
    case "dictionary":
      return {};
    case "text":
    case "long-text":
    case "any":
      return "";
    default:
      return null;
  }
}
