// The list of runs: choosing several of them, to stop them together.

const choices = () => [...document.querySelectorAll("[data-choice]:not(:disabled)")];

/** Say on the button how many runs it stops, after a choice and after each new state of the list. */
function show() {
  const button = document.querySelector("[data-stop-chosen]");
  if (!button) return;
  const all = document.querySelector("[data-choose-all]");
  const chosen = choices().filter((one) => one.checked).length;
  button.disabled = chosen === 0;
  button.textContent = chosen ? `Stop ${chosen} chosen run${chosen === 1 ? "" : "s"}` : "Stop the chosen runs";
  all.hidden = choices().length < 2;
  const tick = all.querySelector("input");
  tick.checked = chosen > 0 && chosen === choices().length;
  tick.indeterminate = chosen > 0 && !tick.checked;
}

document.addEventListener("change", (event) => {
  if (event.target.closest("[data-choose-all]")) {
    for (const one of choices()) one.checked = event.target.checked;
  } else if (!event.target.matches("[data-choice]")) {
    return;
  }
  show();
});

document.addEventListener("htmx:after:swap", show);
show();
