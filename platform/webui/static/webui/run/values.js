// Values as text. Nothing that a block gave is ever read as HTML.

const LONGEST = 4000; // characters, as on the server
const ONE_LINE = 120;
const FLAT = 80; // JSON that is shorter stays on one line

/** Return the value as JSON with spaces, as the server writes it. */
function flatText(value) {
  if (Array.isArray(value)) return `[${value.map(flatText).join(", ")}]`;
  if (value === null || typeof value !== "object" || JSON.isRawJSON?.(value)) {
    return JSON.stringify(value);
  }
  const members = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${flatText(one)}`);
  return `{${members.join(", ")}}`;
}

function jsonText(value) {
  const flat = JSON.stringify(value);
  if (flat.length < FLAT) {
    const spaced = flatText(value);
    if (spaced.length < FLAT) return spaced;
  }
  return JSON.stringify(value, null, 2);
}

/** Return the value's text, and whether there is more of it. */
function shown(value) {
  if (value?.truncated === true && typeof value.start === "string") {
    return { text: value.start, isText: false, isCut: true };
  }
  const isText = typeof value === "string";
  const text = isText ? value : jsonText(value);
  return { text: text.slice(0, LONGEST), isText, isCut: text.length > LONGEST };
}

/** Return the value in one short line. */
export function oneLine(value) {
  const line = shown(value).text.split(/\s+/).join(" ").trim();
  return line.length < ONE_LINE ? line : `${line.slice(0, ONE_LINE - 1)}…`;
}

/** Return the element that shows a value; `url` has all of it. */
export function valueElement(value, url) {
  const { text, isText, isCut } = shown(value);
  const box = document.createElement("div");
  box.className = "value";
  const pre = document.createElement("pre");
  pre.className = isText ? "value__text" : "value__text value__text--code";
  pre.dir = "auto";
  pre.tabIndex = 0;
  pre.textContent = isCut ? `${text}…` : text;
  box.append(pre);
  if (isCut) box.append(showAllLink(url));
  return box;
}

function showAllLink(url) {
  const link = document.createElement("a");
  link.className = "value__all";
  link.href = url;
  link.dataset.showAll = "";
  link.textContent = "Show all";
  return link;
}

/** Return an element `<div><dt>name</dt><dd>…</dd></div>` for a list of named values. */
export function namedValue(name, ...values) {
  const group = document.createElement("div");
  const term = document.createElement("dt");
  term.dir = "auto";
  term.textContent = name;
  const detail = document.createElement("dd");
  detail.append(...values);
  group.append(term, detail);
  return group;
}
