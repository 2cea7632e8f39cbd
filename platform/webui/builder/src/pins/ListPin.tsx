/** A list: one control for each item. A list that is too long for that is edited as JSON. */
import { useEffect, useRef } from "react";
import { isArray, type Json } from "@/graph/json";
import { Control } from "@/pins/Control";
import { groupOf, type ControlProps } from "@/pins/control";
import { itemField } from "@/pins/field";
import { DownIcon, PlusIcon, RemoveIcon, UpIcon } from "@/pins/icons";
import { JsonPin } from "@/pins/JsonPin";

export const MOST_ITEMS = 100;

export function ListPin(props: ControlProps) {
  const { field, value, onChange, id, disabled } = props;
  const items = isArray(value) ? value : [];
  const [place, expectOne] = useFocusOnAdded(items.length);
  if (items.length > MOST_ITEMS) return <JsonPin {...props} />;

  const replace = (index: number, item: Json) =>
    items.map((one, at) => (at === index ? item : one));
  return (
    <div {...groupOf(props)} className="list-pin" ref={place}>
      {items.length > 0 && (
        <ol className="list-pin__items">
          {items.map((item, index) => (
            // An item has no name but its place.
            <li key={index} className="list-pin__item">
              <div className="list-pin__control">
                <Control
                  field={itemField(field, `${field.name} ${index + 1}`)}
                  value={item}
                  onChange={(next, how) => onChange(replace(index, next ?? null), how)}
                  id={`${id}-${index}`}
                  label={`Item ${index + 1} of ${props.label ?? field.title}`}
                  describedBy={undefined}
                  invalid={false}
                  disabled={disabled}
                />
              </div>
              <span className="list-pin__buttons">
                <button
                  type="button"
                  className="icon-button"
                  aria-label={`Move item ${index + 1} up`}
                  disabled={disabled || index === 0}
                  onClick={() => onChange(swapped(items, index - 1), "click")}
                >
                  <UpIcon />
                </button>
                <button
                  type="button"
                  className="icon-button"
                  aria-label={`Move item ${index + 1} down`}
                  disabled={disabled || index === items.length - 1}
                  onClick={() => onChange(swapped(items, index), "click")}
                >
                  <DownIcon />
                </button>
                <button
                  type="button"
                  className="icon-button"
                  aria-label={`Remove item ${index + 1}`}
                  disabled={disabled}
                  onClick={() => onChange(items.toSpliced(index, 1), "click")}
                >
                  <RemoveIcon />
                </button>
              </span>
            </li>
          ))}
        </ol>
      )}
      <button
        type="button"
        id={id}
        className="button button--small"
        disabled={disabled}
        onClick={() => {
          expectOne();
          // Who adds to a default means to keep it.
          const kept = isArray(value) || !isArray(field.default) ? items : field.default;
          onChange([...kept, emptyItem(itemField(field, "item").control)], "click");
        }}
      >
        <PlusIcon /> Add an item
      </button>
    </div>
  );
}

/** Move the focus into the last control once there is one more of them. */
export function useFocusOnAdded(count: number) {
  const ref = useRef<HTMLDivElement>(null);
  const isExpected = useRef(false);
  useEffect(() => {
    if (!isExpected.current) return;
    isExpected.current = false;
    const rows = ref.current?.querySelectorAll<HTMLElement>("[data-row], .list-pin__item");
    rows
      ?.item(rows.length - 1)
      .querySelector<HTMLElement>("input, textarea, select")
      ?.focus();
  }, [count]);
  const expect = () => void (isExpected.current = true);
  return [ref, expect] as const;
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
