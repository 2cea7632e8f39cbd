import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { Button, type ButtonProps } from "@/ui/Button";
import { Icon, type IconName } from "@/ui/icons";

export interface MenuItem {
  readonly id: string;
  readonly label: string;
  readonly icon?: IconName;
  readonly keys?: string | undefined;
  readonly disabled?: boolean;
  readonly danger?: boolean;
  /** Begins a new part of the menu. */
  readonly parted?: boolean;
  readonly run: () => void;
}

/** A list of things to do; arrow keys go through it, Escape leaves. */
export function MenuList({
  label,
  items,
  onDone,
}: {
  readonly label: string;
  readonly items: readonly MenuItem[];
  readonly onDone: () => void;
}) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    list.current?.querySelector<HTMLElement>("[role=menuitem]:not([disabled])")?.focus();
    return () => {
      const isLost = document.activeElement === document.body || !document.activeElement;
      if (isLost && before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <div
      ref={list}
      role="menu"
      aria-label={label}
      className="menu-list"
      onKeyDown={(event) => onMenuKey(event, onDone)}
    >
      {items.map((item) => (
        <button
          key={item.id}
          type="button"
          role="menuitem"
          tabIndex={-1}
          disabled={item.disabled}
          className={[
            "menu-list__item",
            item.danger ? "menu-list__item--danger" : "",
            item.parted ? "menu-list__item--parted" : "",
          ].join(" ")}
          onClick={() => {
            onDone();
            item.run();
          }}
        >
          <span className="menu-list__icon">{item.icon && <Icon name={item.icon} />}</span>
          <span>{item.label}</span>
          {item.keys && <kbd className="menu-list__keys">{item.keys}</kbd>}
        </button>
      ))}
    </div>
  );
}

function onMenuKey(event: KeyboardEvent<HTMLElement>, onDone: () => void) {
  const items = [
    ...event.currentTarget.querySelectorAll<HTMLElement>("[role=menuitem]:not([disabled])"),
  ];
  const here = items.indexOf(document.activeElement as HTMLElement);
  const to = {
    ArrowDown: (here + 1) % items.length,
    ArrowUp: (here - 1 + items.length) % items.length,
    Home: 0,
    End: items.length - 1,
  }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    items[to]?.focus();
  } else if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault();
    onDone();
  }
  event.stopPropagation();
}

/** A button that opens a menu below it. */
export function MenuButton({
  label,
  items,
  children,
  ...button
}: ButtonProps & {
  readonly label: string;
  readonly items: readonly MenuItem[];
  readonly children?: ReactNode;
}) {
  const [isOpen, setOpen] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!isOpen) return;
    const leave = (event: PointerEvent) => {
      if (!place.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", leave);
    return () => document.removeEventListener("pointerdown", leave);
  }, [isOpen]);
  return (
    <div className="menu-button" ref={place}>
      <Button
        {...button}
        ref={opener}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        {children ?? label}
      </Button>
      {isOpen && (
        <MenuList
          label={label}
          items={items}
          onDone={() => {
            setOpen(false);
            opener.current?.focus();
          }}
        />
      )}
    </div>
  );
}
