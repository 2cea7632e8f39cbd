/** Work in step with the frames that the browser draws. */

const UNSEEN = 250; // ms; a page in the background draws no frames

/** Call back before the next frame, or soon where none is drawn. Returns how to call it off. */
export function beforeNextFrame(callback: () => void): () => void {
  const call = () => {
    cancel();
    callback();
  };
  const frame = requestAnimationFrame(call);
  const timer = setTimeout(call, UNSEEN);
  const cancel = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
  return cancel;
}
