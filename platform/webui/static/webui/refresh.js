// Parts of pages that keep themselves up to date with htmx: not while nobody looks, and not in
// silence when the server cannot be reached.

const stale = () => document.querySelector("[data-stale]");

document.addEventListener("htmx:before:request", (event) => {
  const { sourceEvent } = event.detail.ctx;
  if (sourceEvent?.type === "every" && document.hidden) event.preventDefault();
});

document.addEventListener("htmx:after:request", (event) => {
  const { status } = event.detail.ctx.response;
  if (stale()) stale().hidden = status < 500;
});

document.addEventListener("htmx:error", () => {
  if (stale()) stale().hidden = false;
});
