import { useId, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { useCanvas } from "@/canvas/useCanvas";
import { insertBesideSelection } from "@/canvas/inserting";
import { iconOf } from "@/canvas/looks";
import { useEditor, useEditorStore } from "@/editor/context";
import { isOffered, titleOf } from "@/graph/catalogue";
import { focusNode } from "@/canvas/showing";
import { shownKeys } from "@/keyboard/keys";
import { useCommands } from "@/keyboard/useCommands";
import { foundIn } from "@/panels/search";
import { closeDialog } from "@/panels/state";
import { Icon, type IconName } from "@/ui/icons";
import { Overlay } from "@/ui/Overlay";

interface Entry {
  readonly key: string;
  readonly kind: "Command" | "Add" | "Go to";
  readonly title: string;
  readonly also: readonly string[];
  readonly icon: IconName | undefined;
  readonly keys: string | undefined;
  readonly run: () => void;
}

const MOST = 60;

/** One field for everything: commands, blocks to add, nodes to go to. */
export function CommandPalette({ only }: { readonly only?: Entry["kind"] }) {
  const entries = useEntries(only);
  const [words, setWords] = useState("");
  const [chosen, setChosen] = useState(0);
  const list = useId();
  const box = useRef<HTMLDivElement>(null);
  const found = useMemo(() => {
    const all = words.trim()
      ? foundIn(entries, words, (entry) => [entry.title, ...entry.also])
      : entries;
    return all.slice(0, MOST);
  }, [entries, words]);
  const at = Math.min(chosen, found.length - 1);

  const take = (entry: Entry | undefined) => {
    if (!entry) return;
    closeDialog();
    // After the dialog has given back the focus, which the entry may want to move.
    requestAnimationFrame(entry.run);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const last = found.length - 1;
    const to = { ArrowDown: Math.min(at + 1, last), ArrowUp: Math.max(at - 1, 0) }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      setChosen(to);
      box.current?.querySelector(`[data-index="${to}"]`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter") {
      event.preventDefault();
      take(found[at]);
    }
  };

  const label = only === "Go to" ? "Find a node" : "Find a command, a block or a node";
  return (
    <Overlay label={label} onClose={closeDialog}>
      <div className="command-palette" ref={box}>
        <div className="search-field search-field--large">
          <Icon name="search" />
          <input
            type="search"
            role="combobox"
            aria-label={label}
            aria-expanded="true"
            aria-controls={list}
            aria-activedescendant={found[at] ? `${list}-${at}` : undefined}
            placeholder={label}
            autoFocus
            value={words}
            onChange={(event) => {
              setWords(event.target.value);
              setChosen(0);
            }}
            onKeyDown={onKeyDown}
          />
        </div>
        <div className="command-palette__found" id={list} role="listbox" aria-label="Found">
          {found.map((entry, index) => (
            <div
              key={entry.key}
              id={`${list}-${index}`}
              data-index={index}
              role="option"
              aria-selected={index === at}
              className="command-palette__entry"
              onPointerMove={() => setChosen(index)}
              onClick={() => take(entry)}
            >
              <span className="command-palette__icon">
                {entry.icon && <Icon name={entry.icon} />}
              </span>
              <span className="command-palette__title">{entry.title}</span>
              <span className="command-palette__kind">{entry.kind}</span>
              {entry.keys && <kbd>{entry.keys}</kbd>}
            </div>
          ))}
        </div>
        {found.length === 0 && <p className="command-palette__none">Nothing has these words.</p>}
      </div>
    </Overlay>
  );
}

function useEntries(only: Entry["kind"] | undefined): readonly Entry[] {
  const store = useEditorStore();
  const flow = useCanvas();
  const { commands, run } = useCommands();
  const document = useEditor((editor) => editor.document);
  const catalogue = useEditor((editor) => editor.catalogue);
  const readOnly = useEditor((editor) => editor.readOnly);
  return useMemo(() => {
    const given: Entry[] = commands
      .filter((command) => command.isPossible && command.id !== "commands")
      .map((command) => ({
        key: command.id,
        kind: "Command",
        title: command.title,
        also: [command.section],
        icon: command.icon,
        keys: command.keys[0] && shownKeys(command.keys[0]),
        run: () => run(command.id),
      }));
    const nodes: Entry[] = document.nodes.map((node) => {
      const block = catalogue.get(node.block_id);
      return {
        key: node.id,
        kind: "Go to",
        title: titleOf(node, catalogue),
        also: [block?.title ?? "", noteText(node.input_default.text), node.id],
        icon: iconOf(block),
        keys: undefined,
        run: () => {
          store.getState().select([node.id]);
          focusNode(flow, node.id);
        },
      };
    });
    const blocks: Entry[] = readOnly
      ? []
      : Array.from([...catalogue.values()].filter(isOffered), (block) => ({
          key: block.id,
          kind: "Add",
          title: block.title,
          also: [block.name, block.description],
          icon: iconOf(block),
          keys: undefined,
          run: () => insertBesideSelection(store, block.id, flow),
        }));
    return [...given, ...nodes, ...blocks].filter((entry) => !only || entry.kind === only);
  }, [commands, run, document, catalogue, readOnly, store, flow, only]);
}

function noteText(text: unknown): string {
  return typeof text === "string" ? text.slice(0, 200) : "";
}
