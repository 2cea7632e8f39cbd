/** What lists and tables have in common: rows that come, go, and are told apart by their places. */
import { useEffect, useRef, type ReactNode } from "react";
import { PlusIcon, RemoveIcon } from "@/pins/icons";

/** What has more rows than this is edited as JSON. */
export const MOST_ROWS = 100;

/**
 * Move the focus into the last row once there is one more, which `expect` says beforehand.
 *
 * `place` is the element around all rows, each of which has `data-row`.
 */
export function useFocusOnAdded(count: number) {
  const place = useRef<HTMLDivElement>(null);
  const isExpected = useRef(false);
  useEffect(() => {
    if (!isExpected.current) return;
    isExpected.current = false;
    const rows = place.current?.querySelectorAll<HTMLElement>("[data-row]");
    rows
      ?.item(rows.length - 1)
      .querySelector<HTMLElement>("input, textarea, select")
      ?.focus();
  }, [count]);
  const expect = () => void (isExpected.current = true);
  return { place, expect };
}

/**
 * Return the rows of a list, and how one is added and removed.
 *
 * Who adds to a default means to keep it: it becomes part of the value.
 */
export function useRows<Row>(
  given: readonly Row[] | null,
  ofDefault: readonly Row[] | null,
  onChange: (rows: readonly Row[]) => void,
) {
  const rows = given ?? [];
  const { place, expect } = useFocusOnAdded(rows.length);
  return {
    rows,
    place,
    add: (row: Row) => {
      expect();
      onChange([...(given ?? ofDefault ?? []), row]);
    },
    remove: (at: number) => onChange(rows.toSpliced(at, 1)),
  };
}

export function RowButton({
  label,
  disabled,
  onClick,
  children,
}: {
  readonly label: string;
  readonly disabled: boolean;
  readonly onClick: () => void;
  readonly children: ReactNode;
}) {
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={label}
      disabled={disabled}
      onClick={onClick}
    >
      {children}
    </button>
  );
}

export function RemoveButton(props: Omit<Parameters<typeof RowButton>[0], "children">) {
  return (
    <RowButton {...props}>
      <RemoveIcon />
    </RowButton>
  );
}

export function AddButton({
  id,
  disabled,
  onClick,
  children,
}: {
  readonly id: string;
  readonly disabled: boolean;
  readonly onClick: () => void;
  readonly children: string;
}) {
  return (
    <button
      type="button"
      id={id}
      className="button button--small"
      disabled={disabled}
      onClick={onClick}
    >
      <PlusIcon /> {children}
    </button>
  );
}
