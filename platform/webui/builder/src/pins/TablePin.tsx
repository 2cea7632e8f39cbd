/** Rows of a few columns each. Cells that no column declares stay in their rows. */
import { isArray, isObject, withKey, type Json, type JsonObject } from "@/graph/json";
import { Control } from "@/pins/Control";
import { groupOf, type ControlProps } from "@/pins/control";
import { fieldOf, type Field } from "@/pins/field";
import { PlusIcon, RemoveIcon } from "@/pins/icons";
import { JsonPin } from "@/pins/JsonPin";
import { MOST_ITEMS, useFocusOnAdded } from "@/pins/ListPin";
import { isTable } from "@/pins/values";

export function TablePin(props: ControlProps) {
  const { field, value, onChange, id, disabled } = props;
  const rows = isArray(value) && isTable(value) ? value : [];
  const [place, expectOne] = useFocusOnAdded(rows.length);
  if (rows.length > MOST_ITEMS) return <JsonPin {...props} />;
  const columns = columnFields(field);
  const changeCell = (at: number, column: string, cell: Json | undefined): readonly JsonObject[] =>
    rows.map((row, index) => (index === at ? withKey(row, column, cell) : row));
  return (
    <div {...groupOf(props)} className="table-pin" ref={place}>
      {rows.length > 0 && (
        <div className="scroller">
          <table className="grid">
            <thead>
              <tr>
                {columns.map((column) => (
                  <th key={column.name} scope="col" dir="auto">
                    {column.name}
                  </th>
                ))}
                <td />
              </tr>
            </thead>
            <tbody>
              {rows.map((row, index) => (
                // A row has no name but its place.
                <tr key={index} data-row>
                  {columns.map((column) => (
                    <td key={column.name}>
                      <Control
                        field={column}
                        value={row[column.name]}
                        onChange={(cell, how) =>
                          onChange(changeCell(index, column.name, cell), how)
                        }
                        id={`${id}-${index}-${column.name}`}
                        label={`Row ${index + 1}, ${column.name}`}
                        describedBy={undefined}
                        invalid={false}
                        disabled={disabled}
                      />
                    </td>
                  ))}
                  <td className="grid__end">
                    <button
                      type="button"
                      className="icon-button"
                      aria-label={`Remove row ${index + 1}`}
                      disabled={disabled}
                      onClick={() => onChange(rows.toSpliced(index, 1), "click")}
                    >
                      <RemoveIcon />
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <button
        type="button"
        id={id}
        className="button button--small"
        disabled={disabled}
        onClick={() => {
          expectOne();
          // Who adds to a default means to keep it.
          const known = field.default ?? [];
          const kept = isArray(value) || !isTable(known) ? rows : known;
          onChange([...kept, emptyRow(columns)], "click");
        }}
      >
        <PlusIcon /> Add a row
      </button>
    </div>
  );
}

function columnFields(field: Field): Field[] {
  const items = field.schema.part.items;
  const properties = isObject(items) && isObject(items.properties) ? items.properties : {};
  return field.columns.map((column) => {
    const part = properties[column];
    return fieldOf(column, { part: isObject(part) ? part : {}, root: field.schema.root });
  });
}

function emptyRow(columns: readonly Field[]): JsonObject {
  return Object.fromEntries(
    columns.filter((column) => column.control === "text").map((column) => [column.name, ""]),
  );
}
