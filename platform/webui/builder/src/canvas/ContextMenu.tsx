import { useEffect, useRef } from "react";
import type { Point } from "@/graph/document";
import { useCommands, type Command } from "@/keyboard/useCommands";
import { shownKeys } from "@/keyboard/keys";
import type { CommandId } from "@/keyboard/commands";
import { MenuList, type MenuItem } from "@/ui/Menu";

export interface ContextPlace {
  readonly at: Point;
  readonly on: "pane" | "node" | "link";
}

const OFFERED: Readonly<Record<ContextPlace["on"], readonly (CommandId | "-")[]>> = {
  pane: ["add", "note", "-", "paste", "select-all", "-", "tidy", "fit", "-", "import"],
  node: [
    "run-node",
    "-",
    "rename",
    "links",
    "disable",
    "fold",
    "-",
    "copy",
    "cut",
    "duplicate",
    "-",
    "group",
    "ungroup",
    "make-agent",
    "align-left",
    "align-top",
    "tidy",
    "-",
    "delete",
  ],
  link: ["delete"],
};

/** What can be done with what was pointed at. */
export function ContextMenu({
  place,
  onClose,
}: {
  readonly place: ContextPlace;
  readonly onClose: () => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const { commands, run } = useCommands();
  useEffect(() => {
    const leave = (event: PointerEvent) => {
      if (!box.current?.contains(event.target as Node)) onClose();
    };
    addEventListener("pointerdown", leave, true);
    return () => removeEventListener("pointerdown", leave, true);
  }, [onClose]);

  const items = itemsFor(OFFERED[place.on], commands, run);
  if (items.length === 0) return null;
  // Near the right or the lower edge it opens to the other side.
  const style = {
    left: Math.min(place.at.x, innerWidth - 250),
    top: Math.max(8, Math.min(place.at.y, innerHeight - 24 - items.length * 34)),
  };
  return (
    <div className="context-menu" ref={box} style={style}>
      <MenuList label="What to do" items={items} onDone={onClose} />
    </div>
  );
}

function itemsFor(
  offered: readonly (CommandId | "-")[],
  commands: readonly Command[],
  run: (id: CommandId) => void,
): readonly MenuItem[] {
  const items: MenuItem[] = [];
  let parted = false;
  for (const id of offered) {
    const command = commands.find((one) => one.id === id);
    if (!command) parted ||= items.length > 0;
    else if (command.isPossible) {
      const { title, keys, icon } = command;
      items.push({
        id: command.id,
        label: title,
        keys: keys[0] && shownKeys(keys[0]),
        danger: id === "delete",
        parted,
        ...(icon ? { icon } : {}),
        run: () => run(command.id),
      });
      parted = false;
    }
  }
  return items;
}
