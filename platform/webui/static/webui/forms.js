// The form that runs an agent: rows of tables, JSON that is checked while it is typed, one start.

/** Let rows be added to a table; the server reads any number of them. */
function tables() {
  for (const table of document.querySelectorAll("[data-table]")) {
    const button = table.querySelector("[data-add-row]");
    const body = table.querySelector("tbody");
    button.hidden = false;
    button.addEventListener("click", () => {
      const row = body.rows[body.rows.length - 1].cloneNode(true);
      const number = body.rows.length;
      for (const [column, input] of [...row.querySelectorAll("input")].entries()) {
        input.value = "";
        input.name = `${table.dataset.name}-${number}-${column}`;
        input.setAttribute("aria-label", `Row ${number + 1}, column ${column + 1}`);
      }
      body.append(row);
      row.querySelector("input").focus();
    });
  }
}

const KINDS = {
  list: [Array.isArray, "Enter a list, for example [1, 2]."],
  dict: [(value) => value?.constructor === Object, 'Enter an object, for example {"a": 1}.'],
  any: [() => true, ""],
};

/** Return what is wrong with the JSON text, "" where nothing is. */
function complaint(text, kind) {
  if (!text.trim()) return "";
  try {
    const [fits, sentence] = KINDS[kind];
    return fits(JSON.parse(text)) ? "" : sentence;
  } catch (error) {
    return `This is not JSON: ${error.message}`;
  }
}

function jsonTexts() {
  for (const area of document.querySelectorAll("[data-json]")) {
    const check = () => area.setCustomValidity(complaint(area.value, area.dataset.json));
    area.addEventListener("input", check);
    check();
  }
}

/** Start once, however often the button is pressed. */
function starts() {
  for (const form of document.querySelectorAll("[data-start]")) {
    const button = form.querySelector('button[type="submit"]');
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) return event.preventDefault();
      form.dataset.sent = "yes";
      button.textContent = "Starting…";
    });
    addEventListener("pageshow", () => {
      delete form.dataset.sent; // also when the page comes out of the browser's cache
      button.textContent = "Run";
    });
  }
}

/** Open folded fields that the browser refuses to send, so that its message can be seen. */
function folded() {
  document.addEventListener(
    "invalid",
    (event) => event.target.closest("details")?.setAttribute("open", ""),
    true,
  );
}

/** Show of the fields that belong to a kind those of the kind that is chosen. */
function kinds() {
  const choice = document.querySelector('select[name="kind"]');
  if (!choice) return;
  const show = () => {
    for (const control of document.querySelectorAll("[data-only-for]")) {
      const isWanted = control.dataset.onlyFor.split(" ").includes(choice.value);
      control.closest(".field").hidden = !isWanted;
    }
  };
  choice.addEventListener("change", show);
  addEventListener("pageshow", show); // the browser may have filled in another choice
  show();
}

tables();
kinds();
jsonTexts();
starts();
folded();
