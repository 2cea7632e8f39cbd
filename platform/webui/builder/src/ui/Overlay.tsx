import type { ReactNode } from "react";

/** A modal layer without a frame of its own: for what brings its own looks. */
export function Overlay({
  label,
  onClose,
  children,
}: {
  readonly label: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  return (
    <dialog
      ref={show}
      className="overlay"
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
    >
      {children}
    </dialog>
  );
}

function show(dialog: HTMLDialogElement) {
  dialog.showModal();
  return () => dialog.close(); // while it is still in the page: so the focus goes back
}
