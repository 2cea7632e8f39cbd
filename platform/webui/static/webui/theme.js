// Runs before the page is painted, so that the chosen colours do not flash in late.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");

  /** Return the choice kept in this browser, or null: then the system decides. */
  function kept() {
    try {
      const theme = localStorage.getItem("theme");
      return theme === "light" || theme === "dark" ? theme : null;
    } catch {
      return null; // storage may be forbidden
    }
  }

  function show() {
    const theme = kept();
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
    root.dataset.shownTheme = theme ?? (dark.matches ? "dark" : "light");
  }

  show();
  dark.addEventListener("change", show);
  addEventListener("storage", show);

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("[data-theme-toggle]");
    if (!button) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      try {
        localStorage.setItem("theme", root.dataset.shownTheme === "dark" ? "light" : "dark");
      } catch {
        return;
      }
      show();
    });
  });
})();
