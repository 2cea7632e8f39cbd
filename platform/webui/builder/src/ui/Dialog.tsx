import { useCallback, useId, useState, type ReactNode } from "react";
import { Button } from "@/ui/Button";

/**
 * A modal dialog. The browser keeps the focus inside, and gives it back at the end.
 *
 * What is in it comes once it is open: `autoFocus` does nothing in a dialog that is closed.
 */
export function Dialog({
  title,
  onClose,
  wide = false,
  children,
  actions,
}: {
  readonly title: string;
  readonly onClose: () => void;
  readonly wide?: boolean;
  readonly children: ReactNode;
  /** Buttons at its end. */
  readonly actions?: ReactNode;
}) {
  const heading = useId();
  const [isOpen, setOpen] = useState(false);
  const show = useCallback((dialog: HTMLDialogElement) => {
    dialog.showModal();
    setOpen(true);
    return () => dialog.close(); // while it is still in the page: so the focus goes back
  }, []);
  return (
    <dialog
      ref={show}
      className={wide ? "dialog dialog--wide" : "dialog"}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose(); // beside it: on the backdrop
      }}
    >
      <div className="dialog__box">
        <header className="dialog__head">
          <h2 id={heading}>{title}</h2>
          <Button kind="quiet" icon="close" iconOnly onClick={onClose}>
            Close
          </Button>
        </header>
        {/* What may have to be scrolled can be reached by keys. */}
        <div className="dialog__body" tabIndex={0}>
          {isOpen && children}
        </div>
        {isOpen && actions && <footer className="dialog__actions">{actions}</footer>}
      </div>
    </dialog>
  );
}
