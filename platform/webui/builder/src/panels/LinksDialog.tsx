import { useMemo, useState } from "react";
import { startAt, type Side, type Start } from "@/canvas/connecting";
import { candidatesAt, endsBetween, type Candidate } from "@/canvas/linking";
import { typeWords } from "@/canvas/looks";
import { useEditor, useEditorStore } from "@/editor/context";
import { titleOf } from "@/graph/catalogue";
import { findNode, linksInto, linksOutOf, type LinkDocument } from "@/graph/document";
import { connect, disconnect } from "@/graph/edits";
import { pinsOf } from "@/graph/pins";
import { foundIn } from "@/panels/search";
import { closeDialog } from "@/panels/state";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { announce } from "@/ui/messages";

const MOST = 60;

/** The links of the selected node: to see, to remove, to make. All that a mouse does with pins. */
export function LinksDialog() {
  const document = useEditor((editor) => editor.document);
  const catalogue = useEditor((editor) => editor.catalogue);
  const readOnly = useEditor((editor) => editor.readOnly);
  const [id] = useEditor((editor) => editor.selection.nodes);
  const node = id === undefined ? undefined : findNode(document, id);
  const [from, setFrom] = useState<{ pin: string; side: Side } | null>(null);
  if (!node) return null;
  const start = from && startAt({ ...from, node: node.id }, document, catalogue);
  const title = `Links of ${titleOf(node, catalogue)}`;
  if (start)
    return (
      <Dialog title={`Link ${start.pin} with …`} onClose={() => setFrom(null)} wide>
        <Targets start={start} onDone={() => setFrom(null)} />
      </Dialog>
    );
  const { inputs, outputs } = pinsOf(node, document, catalogue);
  return (
    <Dialog title={title} onClose={closeDialog} wide>
      <div className="links-dialog">
        {(
          [
            ["Takes", "target", inputs.filter((pin) => !pin.hidden)],
            ["Gives", "source", outputs],
          ] as const
        ).map(([heading, side, pins]) => (
          <section key={side}>
            <h3>{heading}</h3>
            <ul>
              {pins.map((pin) => (
                <li key={pin.name}>
                  <span>
                    <strong>{pin.title}</strong>{" "}
                    <span className="muted small">{typeWords(pin.schema)}</span>
                  </span>
                  {!readOnly && (
                    <Button small onClick={() => setFrom({ pin: pin.name, side })}>
                      Link<span className="visually-hidden"> {pin.title}</span> …
                    </Button>
                  )}
                  <PinLinks node={node.id} pin={pin.name} side={side} />
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </Dialog>
  );
}

function PinLinks({
  node,
  pin,
  side,
}: {
  readonly node: string;
  readonly pin: string;
  readonly side: Side;
}) {
  const store = useEditorStore();
  const document = useEditor((editor) => editor.document);
  const catalogue = useEditor((editor) => editor.catalogue);
  const readOnly = useEditor((editor) => editor.readOnly);
  const links =
    side === "source"
      ? linksOutOf(document, node).filter((link) => link.source_name === pin)
      : linksInto(document, node).filter((link) => link.sink_name === pin);
  const other = (link: LinkDocument) => {
    const [id, name] =
      side === "source" ? [link.sink_id, link.sink_name] : [link.source_id, link.source_name];
    const found = findNode(document, id);
    return `${name} of ${found ? titleOf(found, catalogue) : "an unknown node"}`;
  };
  if (links.length === 0) return null;
  return (
    <ul className="links-dialog__links">
      {links.map((link) => (
        <li key={link.id}>
          <span>
            {side === "source" ? "to" : "from"} {other(link)}
          </span>
          {!readOnly && (
            <Button
              small
              kind="quiet"
              onClick={() => {
                store.getState().edit("Remove a link", (held) => disconnect(held, [link.id]));
                announce(`Removed the link ${side === "source" ? "to" : "from"} ${other(link)}.`);
              }}
            >
              Remove<span className="visually-hidden"> the link with {other(link)}</span>
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}

function Targets({ start, onDone }: { readonly start: Start; readonly onDone: () => void }) {
  const store = useEditorStore();
  const document = useEditor((editor) => editor.document);
  const catalogue = useEditor((editor) => editor.catalogue);
  const [words, setWords] = useState("");
  const all = useMemo(
    () =>
      document.nodes.flatMap((node) =>
        candidatesAt(start, node, document, catalogue).map((candidate) => ({
          candidate,
          title: titleOf(node, catalogue),
        })),
      ),
    [start, document, catalogue],
  );
  const found = words.trim()
    ? foundIn(all, words, ({ title, candidate }) => [title, candidate.pin.title])
    : [...all].sort(
        (one, other) =>
          Number(other.candidate.fit === "fits") - Number(one.candidate.fit === "fits"),
      );
  const choose = (candidate: Candidate, title: string) => {
    store
      .getState()
      .edit("Link two pins", (held) =>
        connect(held, endsBetween(start, candidate.end), store.getState().catalogue),
      );
    announce(`Linked ${start.pin} with ${candidate.pin.title} of ${title}.`);
    onDone();
  };
  return (
    <div className="links-dialog__targets">
      <div className="search-field">
        <input
          type="search"
          aria-label="Search nodes and pins"
          placeholder="Search nodes and pins"
          autoFocus
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
      </div>
      <ul>
        {found.slice(0, MOST).map(({ candidate, title }) => (
          <li key={`${candidate.end.node} ${candidate.end.pin}`}>
            <button type="button" onClick={() => choose(candidate, title)}>
              <strong>
                {candidate.grows ? `New item of ${candidate.pin.title}` : candidate.pin.title}
              </strong>{" "}
              of {title}{" "}
              <span className="muted small">
                {typeWords(candidate.pin.schema)}
                {candidate.fit === "converts" && ", converted"}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className="muted">No pin takes such a value.</p>}
    </div>
  );
}
