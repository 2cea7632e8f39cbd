/** Small drawings for buttons. They say nothing by themselves: each button has a name. */
import type { ReactNode } from "react";

function Drawing({ children }: { readonly children: ReactNode }) {
  return (
    <svg
      viewBox="0 0 16 16"
      width="16"
      height="16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {children}
    </svg>
  );
}

export const PlusIcon = () => (
  <Drawing>
    <path d="M8 3v10M3 8h10" />
  </Drawing>
);

export const RemoveIcon = () => (
  <Drawing>
    <path d="m4 4 8 8M12 4l-8 8" />
  </Drawing>
);

export const UpIcon = () => (
  <Drawing>
    <path d="M8 13V3M4 7l4-4 4 4" />
  </Drawing>
);

export const DownIcon = () => (
  <Drawing>
    <path d="M8 3v10M4 9l4 4 4-4" />
  </Drawing>
);

/** An arrow that turns back: to the default. */
export const ResetIcon = () => (
  <Drawing>
    <path d="M3 7h6.5a3.5 3.5 0 0 1 0 7H6M6 4 3 7l3 3" />
  </Drawing>
);

export const BracesIcon = () => (
  <Drawing>
    <path d="M6 2.5c-2 0-2 1-2 2.5s0 3-1.5 3C4 8 4 9.5 4 11s0 2.5 2 2.5M10 2.5c2 0 2 1 2 2.5s0 3 1.5 3C12 8 12 9.5 12 11s0 2.5-2 2.5" />
  </Drawing>
);

export const LinkIcon = () => (
  <Drawing>
    <path d="M6.5 9.5l3-3M7 4.5l1-1a3 3 0 0 1 4.5 4.5l-1 1M9 11.5l-1 1A3 3 0 0 1 3.5 8l1-1" />
  </Drawing>
);

export const WarningIcon = () => (
  <Drawing>
    <path d="M8 2.5 14.5 13.5h-13zM8 6.5v3M8 11.6v.1" />
  </Drawing>
);
