import { useEffect, useId, useRef, type ReactNode } from "react";
import { Button } from "@/ui/Button";

/** A modal dialog. The browser keeps the focus inside, and gives it back at the end. */
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
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const shown = dialog.current;
    if (shown && !shown.open) shown.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={wide ? "dialog dialog--wide" : "dialog"}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose(); // beside it: on the backdrop
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
          {children}
        </div>
        {actions && <footer className="dialog__actions">{actions}</footer>}
      </div>
    </dialog>
  );
}
