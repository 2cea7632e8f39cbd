import { useStore } from "zustand";
import { Button } from "@/ui/Button";
import { closeToast, messages } from "@/ui/messages";

/** What `toast` shows and `announce` says. */
export function Messages() {
  const toasts = useStore(messages, (state) => state.toasts);
  const announced = useStore(messages, (state) => state.announced);
  return (
    <>
      <div className="visually-hidden" role="status" aria-live="polite">
        {announced}
      </div>
      <div className="toasts">
        {toasts.map((toast) => (
          <div
            key={toast.id}
            className={`toast toast--${toast.kind}`}
            role={toast.kind === "error" ? "alert" : "status"}
          >
            <span>{toast.text}</span>
            {toast.action && (
              <Button
                small
                kind="quiet"
                onClick={() => {
                  closeToast(toast.id);
                  toast.action?.run();
                }}
              >
                {toast.action.label}
              </Button>
            )}
            <Button kind="quiet" small icon="close" iconOnly onClick={() => closeToast(toast.id)}>
              Close
            </Button>
          </div>
        ))}
      </div>
    </>
  );
}
