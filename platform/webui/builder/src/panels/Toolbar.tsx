import type { ReactNode } from "react";
import { useEditor, useEditorStore } from "@/editor/context";
import { setName } from "@/graph/edits";
import type { CommandId } from "@/keyboard/commands";
import { shownKeys } from "@/keyboard/keys";
import { useCommands } from "@/keyboard/useCommands";
import { toggleSide, usePanels } from "@/panels/state";
import type { BuilderSettings } from "@/settings";
import { urlOf } from "@/settings";
import { Button } from "@/ui/Button";
import { Icon } from "@/ui/icons";
import { MenuButton, type MenuItem } from "@/ui/Menu";
import { toggleTheme } from "@/ui/theme";

/** The line above the canvas: which agent, how it is saved, and what can be done with all of it. */
export function Toolbar({
  settings,
  saving,
  running,
  publish,
}: {
  readonly settings: BuilderSettings;
  /** Beside the name: how the draft stands. */
  readonly saving: ReactNode;
  /** Run, stop and how it goes. */
  readonly running: ReactNode;
  readonly publish: ReactNode;
}) {
  const readOnly = useEditor((editor) => editor.readOnly);
  const problems = useEditor((editor) => editor.problems.length);
  const worst = useEditor((editor) =>
    editor.problems.some((problem) => problem.severity === "error") ? "error" : "warning",
  );
  const side = usePanels((state) => state.side);
  const name = useEditor((editor) => editor.document.name);
  const { graph_id, urls } = settings;
  const back = graph_id === null ? urls.agents : urlOf(urls.agent, graph_id);
  return (
    <header className="toolbar" aria-label="Agent">
      <a className="button button--quiet button--icon" href={back} title="Leave the builder">
        <Icon name="back" />
        <span className="visually-hidden">Leave the builder</span>
      </a>
      <h1 className="visually-hidden">{name || "Untitled agent"}</h1>
      <AgentName />
      {saving}
      <div className="toolbar__middle">
        <Command id="undo" />
        <Command id="redo" />
        <span className="toolbar__line" />
        <Command id="commands" />
      </div>
      <div className="toolbar__end">
        <Button
          kind="quiet"
          icon="problems"
          className={
            problems > 0 ? `toolbar__problems toolbar__problems--${worst}` : "toolbar__problems"
          }
          pressed={side === "problems"}
          onClick={() => toggleSide("problems")}
          keys="P"
          title="Problems"
        >
          <span className="visually-hidden">Problems: </span>
          {problems}
        </Button>
        <Button
          kind="quiet"
          icon="versions"
          iconOnly
          keys="V"
          pressed={side === "versions"}
          onClick={() => toggleSide("versions")}
        >
          Versions
        </Button>
        <MoreMenu />
        {!readOnly && publish}
        {running}
      </div>
    </header>
  );
}

function Command({ id }: { readonly id: CommandId }) {
  const { commands, run } = useCommands();
  const command = commands.find((one) => one.id === id);
  if (!command?.icon) return null;
  const [keys] = command.keys;
  return (
    <Button
      kind="quiet"
      icon={command.icon}
      iconOnly
      keys={keys && shownKeys(keys)}
      disabled={!command.isPossible}
      onClick={() => run(id)}
    >
      {command.title}
    </Button>
  );
}

const IN_MENU: readonly (CommandId | "-")[] = [
  "find",
  "tidy",
  "fit",
  "minimap",
  "-",
  "import",
  "export",
  "-",
  "help",
  "tour",
];

function MoreMenu() {
  const { commands, run } = useCommands();
  const items: MenuItem[] = [];
  let parted = false;
  for (const id of IN_MENU) {
    const command = commands.find((one) => one.id === id);
    if (!command) parted = true;
    else {
      const { title, keys, icon, isPossible } = command;
      items.push({
        id: command.id,
        label: title,
        keys: keys[0] && shownKeys(keys[0]),
        disabled: !isPossible,
        parted,
        ...(icon ? { icon } : {}),
        run: () => run(command.id),
      });
      parted = false;
    }
  }
  items.push({
    id: "theme",
    label: "Light or dark",
    icon: "theme",
    parted: true,
    run: toggleTheme,
  });
  return (
    <MenuButton kind="quiet" icon="more" iconOnly label="More" items={items}>
      More
    </MenuButton>
  );
}

/** The agent's name, which is also where it is changed. */
function AgentName() {
  const store = useEditorStore();
  const name = useEditor((editor) => editor.document.name);
  const readOnly = useEditor((editor) => editor.readOnly);
  return (
    <input
      className="toolbar__name"
      aria-label="Name of the agent"
      value={name}
      readOnly={readOnly}
      placeholder="Untitled agent"
      maxLength={255}
      size={Math.max(8, Math.min(name.length + 1, 40))}
      dir="auto"
      onChange={(event) =>
        store
          .getState()
          .edit("Name the agent", (held) => setName(held, event.target.value), { merge: "name" })
      }
      onBlur={() => store.getState().settle()}
      onKeyDown={(event) => {
        if (event.key === "Enter" || event.key === "Escape") event.currentTarget.blur();
      }}
    />
  );
}
