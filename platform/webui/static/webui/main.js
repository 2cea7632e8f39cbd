// What every page can do: close its menu, copy a text, show all of a value, take a dropped file.

/** Close the account menu on Escape and on a click elsewhere. */
function menus() {
  for (const menu of document.querySelectorAll("[data-menu]")) {
    document.addEventListener("click", (event) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  }
}

function copyButtons() {
  if (!navigator.clipboard) return; // only on HTTPS and this machine
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      button.textContent = "Copied";
    });
  }
}

/** Put the whole of a value in the place of its beginning. */
async function showAll(link) {
  const text = link.parentElement.querySelector("pre");
  link.textContent = "Loading…";
  try {
    const response = await fetch(link.href);
    if (!response.ok) throw new Error(response.statusText);
    text.textContent = await response.text();
    link.parentElement.setAttribute("hx-morph-skip", ""); // a look at the server cuts nothing off
    link.remove();
    text.focus();
  } catch {
    link.textContent = "It could not be loaded. Try again";
  }
}

function values() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-show-all]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    showAll(link);
  });
}

/** Say at once that a file is too large, instead of sending all of it first. */
function fileSizes() {
  document.addEventListener("change", (event) => {
    const { files, dataset } = event.target;
    if (!files || !dataset.largest) return;
    const tooLarge = [...files].some((file) => file.size > Number(dataset.largest));
    const most = Math.floor(Number(dataset.largest) / 1024).toLocaleString("en");
    event.target.setCustomValidity(tooLarge ? `The file is larger than ${most} KB.` : "");
    event.target.reportValidity();
  });
}

/** Let a file be dropped on the page whose form takes one. */
function dropped() {
  const place = document.querySelector("[data-drop]");
  if (!place) return;
  const form = place.querySelector("form");
  const input = form.querySelector('input[type="file"]');
  place.querySelector("[data-drop-hint]").hidden = false;
  const mark = (over) => place.toggleAttribute("data-over", over);
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    mark(true);
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) mark(false);
  });
  document.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    mark(false);
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    form.requestSubmit();
  });
}

menus();
copyButtons();
values();
fileSizes();
dropped();
