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

/**
 * Return a scheduler like `beforeNextFrame` that leaves time between two callbacks.
 *
 * What shows a run is drawn some times a second, not with every frame: drawing must not take the
 * time that people's own clicks and drags need, on a machine that runs the blocks as well.
 */
export function pacedFrames(gap: number): (callback: () => void) => () => void {
  let last = -Infinity;
  return (callback) => {
    let cancel = () => clearTimeout(timer);
    const timer = setTimeout(
      () => {
        cancel = beforeNextFrame(() => {
          last = performance.now();
          callback();
        });
      },
      Math.max(0, last + gap - performance.now()),
    );
    return () => cancel();
  };
}
