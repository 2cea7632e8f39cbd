import { useState } from "react";

import type { Table } from "@/run/values/kinds";
import { oneLine } from "@/run/values/text";

const FIRST = 50;

/** A table of values; each cell in one line, all of it where one points at it. */
export function TableValue({ table }: { readonly table: Table }) {
  const [most, setMost] = useState(FIRST);
  const left = table.rows.length - most;
  return (
    <div className="table-value" tabIndex={0} role="region" aria-label="Table">
      <table>
        {table.columns.length > 0 && (
          <thead>
            <tr>
              {table.columns.map((name) => (
                <th key={name} scope="col" dir="auto">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
        )}
        <tbody>
          {table.rows.slice(0, most).map((row, index) => (
            <tr key={index}>
              {row.map((cell, column) => (
                <Cell key={column} value={cell} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {left > 0 && (
        <button
          type="button"
          className="button button--small"
          onClick={() => setMost(most + FIRST * 10)}
        >
          {left.toLocaleString("en")} more rows
        </button>
      )}
    </div>
  );
}

function Cell({ value }: { readonly value: unknown }) {
  const line = oneLine(value, 160);
  return (
    <td
      dir="auto"
      className={typeof value === "number" ? "table-value__number" : undefined}
      title={line.length > 40 ? oneLine(value, 1000) : undefined}
    >
      {line}
    </td>
  );
}
