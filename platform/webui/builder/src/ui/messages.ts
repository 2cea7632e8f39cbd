/** Short words to the person: read out, or shown for a while. */
import { createStore } from "zustand/vanilla";

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly kind: "info" | "error";
  readonly action?: { readonly label: string; readonly run: () => void };
}

interface Messages {
  readonly toasts: readonly Toast[];
  readonly announced: string;
}

const SHOWN_FOR = 6000; // ms
const MOST_SHOWN = 3;

export const messages = createStore<Messages>()(() => ({ toasts: [], announced: "" }));

let last = 0;

/** Show a sentence for some seconds; errors stay until somebody closes them. */
export function toast(text: string, options: Partial<Omit<Toast, "id" | "text">> = {}): void {
  const shown: Toast = { kind: "info", ...options, id: ++last, text };
  messages.setState(({ toasts }) => ({ toasts: [...toasts, shown].slice(-MOST_SHOWN) }));
  if (shown.kind === "info") setTimeout(() => closeToast(shown.id), SHOWN_FOR);
}

export function closeToast(id: number): void {
  messages.setState(({ toasts }) => ({ toasts: toasts.filter((one) => one.id !== id) }));
}

/** Have a sentence read out by screen readers; nothing is shown. */
export function announce(text: string): void {
  // The same words twice are read twice only if something changed: a blank that nobody hears.
  messages.setState(({ announced }) => ({
    announced: announced === text ? `${text}\u00a0` : text,
  }));
}
