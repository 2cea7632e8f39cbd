/** A text that people take elsewhere, with a button that copies it. */
import { useState } from "react";

interface CopyTextProps {
  /** What it is, after "Copy": "the address". */
  readonly label: string;
  readonly text: string;
}

export function CopyText({ label, text }: CopyTextProps) {
  const [isCopied, setCopied] = useState(false);
  return (
    <div className="copy">
      <code className="copy__text" tabIndex={0} role="group" aria-label={label}>
        {text}
      </code>
      <button
        type="button"
        className="button button--small"
        onClick={() => {
          // Without the permission, the text is there to be selected by hand.
          navigator.clipboard.writeText(text).then(
            () => setCopied(true),
            () => setCopied(false),
          );
        }}
      >
        {isCopied ? "Copied" : "Copy"} <span className="visually-hidden">{label}</span>
      </button>
    </div>
  );
}
