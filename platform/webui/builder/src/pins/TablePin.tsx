/** Rows of a few columns each. Cells that no column declares stay in their rows. */
import { isArray, isObject, withKey, type Json, type JsonObject } from "@/graph/json";
import { Control } from "@/pins/Control";
import { groupOf, type ControlProps } from "@/pins/control";
import { fieldOf, type Field } from "@/pins/field";
import { JsonPin } from "@/pins/JsonPin";
import { AddButton, MOST_ROWS, RemoveButton, useRows } from "@/pins/rows";
import { isTable } from "@/pins/values";

export function TablePin(props: ControlProps) {
  const { field, value, onChange, id, disabled } = props;
  const { rows, place, add, remove } = useRows(tableIn(value), tableIn(field.default), (changed) =>
    onChange(changed, "click"),
  );
  if (rows.length > MOST_ROWS) return <JsonPin {...props} />;
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
                    <RemoveButton
                      label={`Remove row ${index + 1}`}
                      disabled={disabled}
                      onClick={() => remove(index)}
                    />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <AddButton id={id} disabled={disabled} onClick={() => add(emptyRow(columns))}>
        Add a row
      </AddButton>
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

function tableIn(value: Json | undefined): readonly JsonObject[] | null {
  return isArray(value) && isTable(value) ? value : null;
}
