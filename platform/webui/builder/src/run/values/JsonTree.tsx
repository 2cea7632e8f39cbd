import { useState } from "react";

import { isRawNumber } from "@/run/json";
import { oneLine } from "@/run/values/text";

const FIRST = 100; // members shown before "more"
const LONG_TEXT = 300;
const OPEN_TO = 1; // levels that are open from the start
const FEW = 20;

/** JSON as a tree that opens level by level; what is closed is not drawn. */
export function JsonTree({ value }: { readonly value: unknown }) {
  return (
    <div className="json-tree">
      <Branch value={value} depth={0} />
    </div>
  );
}

interface BranchProps {
  readonly name?: string;
  readonly value: unknown;
  readonly depth: number;
}

function Branch({ name, value, depth }: BranchProps) {
  const label = name === undefined ? null : <span className="json-tree__key">{name}: </span>;
  if (typeof value !== "object" || value === null || isRawNumber(value))
    return (
      <div className="json-tree__leaf">
        {label}
        <Scalar value={value} />
      </div>
    );
  return <Members label={label} value={value} depth={depth} />;
}

function Members({
  label,
  value,
  depth,
}: {
  readonly label: React.ReactNode;
  readonly value: object;
  readonly depth: number;
}) {
  const members: [string, unknown][] = Object.entries(value);
  const [isOpen, setOpen] = useState(depth < OPEN_TO && members.length <= FEW * 5);
  const [most, setMost] = useState(FIRST);
  const isList = Array.isArray(value);
  if (members.length === 0)
    return (
      <div className="json-tree__leaf">
        {label}
        <span className="json-tree__empty">{isList ? "[]" : "{}"}</span>
      </div>
    );
  const left = members.length - most;
  return (
    <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {label}
        <span className="json-tree__kind">
          {isList ? `list of ${members.length.toLocaleString("en")}` : "object"}
        </span>
        {!isOpen && <span className="json-tree__preview"> {oneLine(value, 60)}</span>}
      </summary>
      {isOpen && (
        <div className="json-tree__members">
          {members.slice(0, most).map(([key, member]) => (
            <Branch key={key} name={key} value={member} depth={depth + 1} />
          ))}
          {left > 0 && (
            <button
              type="button"
              className="button button--small"
              onClick={() => setMost(most + FIRST * 5)}
            >
              {left.toLocaleString("en")} more
            </button>
          )}
        </div>
      )}
    </details>
  );
}

function Scalar({ value }: { readonly value: unknown }) {
  const [isWhole, setWhole] = useState(false);
  if (typeof value !== "string")
    return <span className="json-tree__scalar">{JSON.stringify(value)}</span>;
  if (value.length <= LONG_TEXT || isWhole)
    return <span className="json-tree__text">{JSON.stringify(value)}</span>;
  return (
    <>
      <span className="json-tree__text">{JSON.stringify(value.slice(0, LONG_TEXT))}</span>{" "}
      <button type="button" className="link-button" onClick={() => setWhole(true)}>
        all {value.length.toLocaleString("en")} characters
      </button>
    </>
  );
}
