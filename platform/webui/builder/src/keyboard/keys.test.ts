import { describe, expect, test } from "vitest";

import { isPressed, shownKeys, type Pressed } from "@/keyboard/keys";

function press(key: string, modifiers: Partial<Pressed> = {}): Pressed {
  return { key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...modifiers };
}

describe("keys", () => {
  test.each([
    ["Mod+Z", press("z", { ctrlKey: true }), false],
    ["Mod+Z", press("z", { metaKey: true }), true],
  ])("%s means Control here and Command on a Mac", (keys, event, onMac) => {
    expect(isPressed(keys, event, onMac)).toBe(true);
    expect(isPressed(keys, event, !onMac)).toBe(false);
  });

  test("a key with more modifiers than asked for is another one", () => {
    expect(isPressed("Mod+Z", press("Z", { ctrlKey: true, shiftKey: true }), false)).toBe(false);
    expect(isPressed("A", press("a", { altKey: true }), false)).toBe(false);
    expect(isPressed("A", press("a", { ctrlKey: true }), false)).toBe(false);
  });

  test("a sign is meant, however a keyboard brings it out", () => {
    expect(isPressed("Shift+?", press("?", { shiftKey: true }), false)).toBe(true);
    expect(isPressed("Shift+?", press("?"), false)).toBe(true);
    expect(isPressed("/", press("/", { shiftKey: true }), false)).toBe(true);
  });

  test("letters are found on keyboards for other scripts", () => {
    expect(isPressed("Mod+Z", press("я", { ctrlKey: true, code: "KeyZ" }), false)).toBe(true);
  });

  test("keys are shown as they stand on the keyboard", () => {
    expect(shownKeys("Mod+Shift+Z", false)).toBe("Ctrl+Shift+Z");
    expect(shownKeys("Mod+ArrowUp", true)).toBe("⌘+↑");
  });
});
