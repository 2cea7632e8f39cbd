/** Light and dark, as the page's own script keeps them (`webui/theme.js`). */

/** Switch, for this browser. */
export function toggleTheme(): void {
  const root = document.documentElement;
  const theme = root.dataset.shownTheme === "dark" ? "light" : "dark";
  root.dataset.theme = theme;
  root.dataset.shownTheme = theme;
  try {
    localStorage.setItem("theme", theme);
  } catch {
    // It holds for this page only.
  }
}
