import { useState } from "react";

import { useUrls } from "@/run/context";
import { parseExact } from "@/run/json";
import { FileValue, ImageValue } from "@/run/values/FileValue";
import { JsonTree } from "@/run/values/JsonTree";
import { isShortened, kindsOf, tableOf, type Kind, type Shortened } from "@/run/values/kinds";
import { MarkdownValue } from "@/run/values/MarkdownValue";
import { valueUrl, type Place } from "@/run/values/places";
import { TableValue } from "@/run/values/TableValue";
import { bytes, fullText } from "@/run/values/text";

import "@/run/values/values.css";

const WORDS: Readonly<Record<Kind, string>> = {
  text: "Text",
  markdown: "Formatted",
  link: "Link",
  image: "Picture",
  table: "Table",
  json: "JSON",
  file: "File",
};
const LONGEST = 20_000; // characters of text that are drawn at once
const MOST_FETCHED = 20_000_000; // bytes

export interface ValueProps {
  readonly value: unknown;
  /** Where the whole value is, for one that was shortened, and for files. */
  readonly place?: Place;
}

/** A value in the way that shows most of it; a switch for the others. Nothing in it can act. */
export function ValueView({ value, place }: ValueProps) {
  const [whole, setWhole] = useState<{ readonly of: unknown; readonly value: unknown }>();
  if (whole && whole.of === value) return <Kinds value={whole.value} place={place} />;
  if (!isShortened(value)) return <Kinds value={value} place={place} />;
  return (
    <Beginning
      value={value}
      place={place}
      onWhole={(found) => setWhole({ of: value, value: found })}
    />
  );
}

function Kinds({ value, place }: { readonly value: unknown; readonly place: Place | undefined }) {
  const kinds = kindsOf(value);
  const [chosen, choose] = useState<Kind | null>(null);
  const kind = chosen && kinds.includes(chosen) ? chosen : kinds[0];
  return (
    <div className="value-view" data-kind={kind}>
      {kinds.length > 1 && (
        <div className="value-view__tools" role="group" aria-label="Shown as">
          {kinds.map((one) => (
            <button
              key={one}
              type="button"
              className="value-view__tool"
              aria-pressed={one === kind}
              onClick={() => choose(one)}
            >
              {WORDS[one]}
            </button>
          ))}
        </div>
      )}
      <CopyButton value={value} />
      <OfKind kind={kind} value={value} place={place} />
    </div>
  );
}

function OfKind({
  kind,
  value,
  place,
}: {
  readonly kind: Kind;
  readonly value: unknown;
  readonly place: Place | undefined;
}) {
  const text = typeof value === "string" ? value : "";
  switch (kind) {
    case "markdown":
      return <MarkdownValue text={text} />;
    case "image":
      return <ImageValue text={text} place={place} />;
    case "file":
      return <FileValue text={text} place={place} />;
    case "link":
      return (
        <a
          className="link-value"
          href={text}
          target="_blank"
          rel="noopener noreferrer nofollow ugc"
          dir="auto"
        >
          {text}
        </a>
      );
    case "table": {
      const table = tableOf(value);
      return table && <TableValue table={table} />;
    }
    case "json":
      return <JsonTree value={value} />;
    case "text":
      return <Text value={value} />;
  }
}

function Text({ value }: { readonly value: unknown }) {
  const [most, setMost] = useState(LONGEST);
  const text = fullText(value);
  if (text === "") return <p className="text-value text-value--empty">empty text</p>;
  return (
    <>
      <pre
        className={typeof value === "string" ? "text-value" : "text-value text-value--code"}
        dir="auto"
        tabIndex={0}
      >
        {text.slice(0, most)}
      </pre>
      {text.length > most && (
        <button
          type="button"
          className="button button--small"
          onClick={() => setMost(most + LONGEST * 5)}
        >
          {(text.length - most).toLocaleString("en")} more characters
        </button>
      )}
    </>
  );
}

function Beginning({
  value,
  place,
  onWhole,
}: {
  readonly value: Shortened;
  readonly place: Place | undefined;
  readonly onWhole: (value: unknown) => void;
}) {
  const urls = useUrls();
  const [asking, setAsking] = useState<"" | "loading" | "failed">("");
  const [kind] = kindsOf(value.start);
  if (place && kind === "image") return <ImageValue text={value.start} place={place} isCut />;
  if (place && kind === "file") return <FileValue text={value.start} place={place} isCut />;

  async function ask(from: Place): Promise<void> {
    setAsking("loading");
    try {
      onWhole(await wholeValue(valueUrl(urls, from), value.start));
    } catch {
      setAsking("failed");
    }
  }

  return (
    <div className="value-view" data-kind="beginning">
      <pre className="text-value" dir="auto" tabIndex={0}>
        {value.start}…
      </pre>
      {place && value.bytes <= MOST_FETCHED && (
        <button
          type="button"
          className="button button--small"
          disabled={asking === "loading"}
          onClick={() => void ask(place)}
        >
          {asking === "loading" ? "Loading …" : `Show all ${bytes(value.bytes)}`}
        </button>
      )}{" "}
      {place && (
        <a className="small" href={valueUrl(urls, place)} target="_blank" rel="noopener">
          Open as text
        </a>
      )}
      {asking === "failed" && (
        <p role="alert" className="small">
          The value could not be loaded. Try again.
        </p>
      )}
    </div>
  );
}

/** Return the whole value that begins so. JSON that is no text begins with its bracket. */
async function wholeValue(url: string, start: string): Promise<unknown> {
  const response = await fetch(url, { headers: { Accept: "text/plain" } });
  const type = response.headers.get("Content-Type") ?? "";
  if (!response.ok || !type.startsWith("text/plain")) throw new Error(`HTTP ${response.status}`);
  const text = await response.text();
  if (!/^[[{]/.test(start)) return text;
  try {
    return parseExact(text);
  } catch {
    return text;
  }
}

function CopyButton({ value }: { readonly value: unknown }) {
  const [isCopied, setCopied] = useState(false);
  if (!("clipboard" in navigator)) return null; // only secure pages may
  async function copy(): Promise<void> {
    await navigator.clipboard.writeText(fullText(value));
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  }
  return (
    <button type="button" className="value-view__tool value-view__copy" onClick={() => void copy()}>
      <span role="status">{isCopied ? "Copied" : "Copy"}</span>
    </button>
  );
}
