import { useId, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { fitOfBlock } from "@/canvas/linking";
import { FAMILIES, familyOf, iconOf, type Family } from "@/canvas/looks";
import type { Start } from "@/canvas/connecting";
import { dragBlock } from "@/canvas/dragging";
import { useEditor } from "@/editor/context";
import { isOffered, type Block, type Catalogue } from "@/graph/catalogue";
import { foundIn } from "@/panels/search";
import { Icon } from "@/ui/icons";

export interface BlockListProps {
  readonly onChoose: (block: Block) => void;
  /** Only blocks that can continue a link from here; those that fit as they are come first. */
  readonly start?: Start | null;
  readonly autoFocus?: boolean;
  readonly onCancel?: () => void;
  readonly children?: ReactNode;
}

interface Entry {
  readonly block: Block;
  readonly family: Family;
}

/** A field to search in, and the blocks found; arrow keys choose and Enter takes. */
export function BlockList({
  onChoose,
  start,
  autoFocus = false,
  onCancel,
  children,
}: BlockListProps) {
  const catalogue = useEditor((editor) => editor.catalogue);
  const [words, setWords] = useState("");
  const [chosen, setChosen] = useState(0);
  const list = useId();
  const box = useRef<HTMLDivElement>(null);
  const entries = useMemo(
    () => entriesOf(catalogue, words, start ?? null),
    [catalogue, words, start],
  );
  const at = Math.min(chosen, entries.length - 1);

  const move = (to: number) => {
    setChosen(to);
    box.current?.querySelector(`[data-index="${to}"]`)?.scrollIntoView({ block: "nearest" });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const last = entries.length - 1;
    const to = { ArrowDown: Math.min(at + 1, last), ArrowUp: Math.max(at - 1, 0) }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      move(to);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const entry = entries[at];
      if (entry) onChoose(entry.block);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      if (words && !onCancel) setWords("");
      onCancel?.();
    }
  };

  return (
    <div className="block-list" ref={box}>
      <div className="search-field">
        <Icon name="search" />
        <input
          type="search"
          role="combobox"
          aria-label="Search blocks"
          aria-expanded="true"
          aria-controls={list}
          aria-activedescendant={entries[at] ? `${list}-${at}` : undefined}
          placeholder="Search blocks"
          autoFocus={autoFocus}
          value={words}
          onChange={(event) => {
            setWords(event.target.value);
            setChosen(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      {children}
      <div className="block-list__found" id={list} role="listbox" aria-label="Blocks">
        {entries.map(({ block, family }, index) => (
          <div key={block.id} role="presentation">
            {!words && entries[index - 1]?.family !== family && (
              <div className="block-list__family" aria-hidden="true">
                {FAMILIES[family].title}
              </div>
            )}
            <div
              id={`${list}-${index}`}
              data-index={index}
              role="option"
              aria-selected={index === at}
              className="block-list__block"
              data-family={family}
              draggable
              onDragStart={(event) => dragBlock(event.dataTransfer, block.id)}
              onPointerMove={() => setChosen(index)}
              onClick={() => onChoose(block)}
              title={block.description}
            >
              <span className="node__icon">
                <Icon name={iconOf(block)} />
              </span>
              <span className="block-list__words">
                <span className="block-list__title">{block.title}</span>
                <span className="block-list__text">{firstSentence(block.description)}</span>
              </span>
            </div>
          </div>
        ))}
      </div>
      {entries.length === 0 && (
        <p className="block-list__none">
          {start ? "No block like this takes the value." : "No block has these words."}
        </p>
      )}
    </div>
  );
}

function entriesOf(catalogue: Catalogue, words: string, start: Start | null): readonly Entry[] {
  const order = Object.keys(FAMILIES);
  const all = [...catalogue.values()].filter(isOffered);
  const fits = start && new Map(all.map((block) => [block, fitOfBlock(start, block, catalogue)]));
  const possible = fits ? all.filter((block) => fits.get(block)) : all;
  const entries = possible.map((block) => ({ block, family: familyOf(block) }));
  if (words.trim())
    return foundIn(entries, words, ({ block }) => [
      block.title,
      block.name,
      ...block.categories.map(({ category }) => category),
      block.description,
    ]);
  // Inside a family blocks stay in the catalogue's order, which begins with the general ones.
  const isAhead = start?.side === "source"; // an input of the agent takes nothing in mid-way
  const rank = ({ block, family }: Entry) =>
    order.indexOf(family) +
    (fits && fits.get(block) !== "fits" ? 100 : 0) +
    (isAhead && family === "input" ? 200 : 0);
  return entries.sort((one, other) => rank(one) - rank(other));
}

function firstSentence(text: string): string {
  return /^[^]*?[.!?](?=\s|$)/.exec(text)?.[0] ?? text;
}
