/**
 * Markdown that nobody vouches for, as elements that do nothing.
 *
 * What a block gave may be written by a model, a web page or an attacker. Of the HTML that Markdown
 * makes, or that was written into it, only words and their shape stay: no script, style, form, class,
 * id or event handler, and nothing that loads from elsewhere, since a picture's address can carry
 * data out. The page's policy forbids scripts besides. Elements are moved into the page as they
 * are: text that was found harmless is not read as HTML a second time.
 */

import DOMPurify, { type Config } from "dompurify";
import { marked } from "marked";

const TAGS = [
  ..."a abbr b blockquote br caption code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i img".split(
    " ",
  ),
  ..."ins kbd li mark ol p pre q s samp small span strong sub summary sup table tbody td tfoot th".split(
    " ",
  ),
  ..."thead tr u ul var".split(" "),
];
const ATTRIBUTES = ["href", "src", "alt", "title", "align", "start", "colspan", "rowspan", "open"];
const SAFE_LINK = /^(https?:|mailto:)/i;
const SAFE_PICTURE = /^data:image\/(png|jpeg|gif|webp|avif);base64,[a-z0-9+/=\s]+$/i;

const CONFIG: Config = {
  ALLOWED_TAGS: TAGS,
  ALLOWED_ATTR: ATTRIBUTES,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  FORBID_CONTENTS: ["script", "style", "template", "noscript", "iframe", "svg", "math"],
};

/** Return what the Markdown says as elements that can be put into the page. */
export function safeMarkdown(text: string): DocumentFragment {
  const html = marked.parse(text, { async: false, gfm: true, breaks: true });
  const fragment = DOMPurify.sanitize(html, { ...CONFIG, RETURN_DOM_FRAGMENT: true });
  for (const link of fragment.querySelectorAll("a")) tame(link);
  for (const picture of fragment.querySelectorAll("img")) replaceForeign(picture);
  for (const heading of fragment.querySelectorAll("h1, h2, h3, h4, h5, h6")) lower(heading);
  for (const part of fragment.querySelectorAll("pre, table")) part.setAttribute("tabindex", "0");
  return fragment;
}

/** A link opens elsewhere, and tells nothing of this page. */
function tame(link: HTMLAnchorElement): void {
  const address = link.getAttribute("href") ?? "";
  if (!SAFE_LINK.test(address)) {
    link.removeAttribute("href");
    return;
  }
  link.target = "_blank";
  link.rel = "noopener noreferrer nofollow ugc";
  link.title ||= address;
}

/** A picture that would be loaded from somewhere becomes a link to it. */
function replaceForeign(picture: HTMLImageElement): void {
  const address = picture.getAttribute("src") ?? "";
  if (SAFE_PICTURE.test(address)) return;
  const document = picture.ownerDocument;
  const words = `Picture: ${picture.alt || address || "without an address"}`;
  if (!SAFE_LINK.test(address) || picture.closest("a")) {
    picture.replaceWith(document.createTextNode(words));
    return;
  }
  const link = document.createElement("a");
  link.setAttribute("href", address);
  link.textContent = words;
  tame(link);
  picture.replaceWith(link);
}

/** Headings of an output stand below those of the page. */
function lower(heading: Element): void {
  const level = Math.min(Number(heading.tagName.charAt(1)) + 3, 6);
  const lowered = heading.ownerDocument.createElement(`h${level}`);
  lowered.append(...heading.childNodes);
  heading.replaceWith(lowered);
}
