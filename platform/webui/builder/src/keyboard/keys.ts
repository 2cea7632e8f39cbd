/** Keys as texts such as `Mod+Shift+Z`; `Mod` is Command on a Mac and Control elsewhere. */

export interface Pressed {
  readonly key: string;
  readonly code?: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

export const IS_MAC =
  typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);

/** Return whether the pressed keys are these. */
export function isPressed(keys: string, event: Pressed, isMac = IS_MAC): boolean {
  const parts = keys.split("+");
  const key = parts.pop() ?? "";
  const wantsMod = parts.includes("Mod");
  const mod = isMac ? event.metaKey : event.ctrlKey;
  const other = isMac ? event.ctrlKey : event.metaKey;
  if (mod !== wantsMod || other || event.altKey !== parts.includes("Alt")) return false;
  // `?` needs Shift on some keyboards and not on others: a sign that is not a letter is itself.
  if (isSign(key)) return event.key === key;
  if (event.shiftKey !== parts.includes("Shift")) return false;
  return (
    event.key.toLowerCase() === key.toLowerCase() || physical(event.code) === key.toUpperCase()
  );
}

function isSign(key: string): boolean {
  return key.length === 1 && !/[a-z0-9]/i.test(key);
}

/** Return the letter or digit on the key as a keyboard for Latin letters has it. */
function physical(code: string | undefined): string | undefined {
  return /^(?:Key|Digit)(.)$/.exec(code ?? "")?.[1];
}

const SHOWN: Readonly<Record<string, string>> = {
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
  Delete: "Del",
  Escape: "Esc",
};

/** Return the keys as people read them. */
export function shownKeys(keys: string, isMac = IS_MAC): string {
  return keys
    .split("+")
    .map((part) => (part === "Mod" ? (isMac ? "⌘" : "Ctrl") : (SHOWN[part] ?? part)))
    .join("+");
}

/** Return whether what has the focus takes letters itself. */
export function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true;
  if (target instanceof HTMLSelectElement) return true;
  const silent = ["button", "checkbox", "radio", "range", "color", "file", "submit"];
  return target instanceof HTMLInputElement && !silent.includes(target.type);
}
