// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { afterEach, describe, expect, it } from "vitest";

import type { Json, JsonObject } from "@/graph/json";
import { fieldOf } from "@/pins/field";
import { PinField } from "@/pins/PinField";
import { misfitOf } from "@/pins/problem";

afterEach(cleanup);

let held: Json | undefined;
let number = 0;

/** Show the field for a schema, and keep what it is changed to in `held`. */
function show(part: JsonObject, value?: Json, { required = false } = {}) {
  const field = fieldOf("city", { part: { title: "City", ...part }, root: {} }, required);
  const id = `field-${++number}`;
  held = value;
  function Field() {
    const [now, setNow] = useState(value);
    held = now;
    return (
      <PinField
        id={id}
        field={field}
        value={now}
        onChange={setNow}
        problem={misfitOf(field, now)}
      />
    );
  }
  render(<Field />);
}

function type(label: string | RegExp, text: string) {
  fireEvent.change(screen.getByLabelText(label), { target: { value: text } });
}

function click(name: string | RegExp) {
  fireEvent.click(screen.getByRole("button", { name }));
}

const shown = (label: string) => screen.getByLabelText<HTMLInputElement>(label).value;

describe("every field", () => {
  it("is tied to its label, its help and its problem", () => {
    show({ type: "number", description: "How many" }, "many");
    const control = screen.getByLabelText("City");

    expect(control.getAttribute("aria-invalid")).toBe("true");
    const described = control.getAttribute("aria-describedby") ?? "";
    expect(described.split(" ").map((id) => document.getElementById(id)?.textContent)).toEqual([
      "How many",
      "Takes a number: this text counts as 0.",
    ]);
  });

  it("shows its default as a placeholder and gives its value up again", () => {
    show({ type: "string", default: "Lisbon" }, "Porto");
    click("Use the default of City");

    expect(held).toBeUndefined();
    expect(screen.getByPlaceholderText("Lisbon")).toBe(screen.getByLabelText("City"));
  });

  it("keeps what does not fit, and lets it be edited as JSON", () => {
    show({ type: "array", items: { type: "string" } }, { a: 1 });

    expect(shown("City")).toBe('{\n  "a": 1\n}');
    type("City", '["x"]');
    expect(held).toEqual(["x"]);
    expect(shown("Item 1 of City")).toBe("x");
  });
});

describe("a text", () => {
  it("that is cleared is no value, unless something else would hold then", () => {
    show({ type: "string" }, "x");
    type("City", "");
    expect(held).toBeUndefined();
    cleanup();

    show({ type: "string", default: "," }, ";");
    type("City", "");
    expect(held).toBe("");
    expect(screen.getByPlaceholderText("empty text")).toBeTruthy();
  });

  it("that is secret is never in the page again", () => {
    show({ type: "string", secret: true }, "hunter2");
    const control = screen.getByLabelText<HTMLInputElement>("City");

    expect(control.type).toBe("password");
    expect(document.body.innerHTML).not.toContain("hunter2");
    type("City", "hunter3");
    fireEvent.blur(control);
    expect(held).toBe("hunter3");
    expect(control.value).toBe("");
  });
});

describe("a number", () => {
  it("is a number as soon as it is one, and stays as it was typed", () => {
    show({ type: "number" });
    type("City", "1.");

    expect(held).toBe(1);
    expect(shown("City")).toBe("1.");
    fireEvent.blur(screen.getByLabelText("City"));
    expect(shown("City")).toBe("1");
  });

  it("that is none yet is kept as text, with its problem", () => {
    show({ type: "number" });
    type("City", "1x");

    expect(held).toBe("1x");
    expect(screen.getByText("Takes a number: this text counts as 0.")).toBeTruthy();
  });
});

describe("a choice", () => {
  it("lists a value that is not among its values, and keeps it", () => {
    show({ enum: ["S", "M"] }, "XL");
    const options = screen.getAllByRole("option").map((option) => option.textContent);

    expect(options).toEqual(["Choose…", "XL (not in the list)", "S", "M"]);
    fireEvent.change(screen.getByLabelText("City"), { target: { value: "1" } });
    expect(held).toBe("M");
  });

  it("may be of values that are no texts", () => {
    show({ enum: [1, true, { a: 1 }], default: 1 });
    fireEvent.change(screen.getByLabelText("City"), { target: { value: "2" } });

    expect(held).toEqual({ a: 1 });
  });
});

describe("a switch", () => {
  it("shows what holds without it", () => {
    show({ type: "boolean", default: true });
    const control = screen.getByRole<HTMLInputElement>("switch", { name: "City" });

    expect(control.checked).toBe(true);
    fireEvent.click(control);
    expect(held).toBe(false);
  });
});

describe("a list", () => {
  it("grows, is reordered and shrinks", () => {
    show({ type: "array", items: { type: "string" } }, ["a", "b"]);
    click("Add an item");
    type("Item 3 of City", "c");
    click("Move item 3 up");
    click("Remove item 1");

    expect(held).toEqual(["c", "b"]);
  });

  it("begins with its default", () => {
    show({ type: "array", items: { type: "string" }, default: ["a"] });

    expect(screen.getByText('Without it: ["a"]')).toBeTruthy();
    click("Add an item");
    expect(held).toEqual(["a", ""]);
  });

  it("of many items is edited as JSON", () => {
    show(
      { type: "array", items: {} },
      Array.from({ length: 101 }, (_, index) => index),
    );

    expect(screen.queryByLabelText("Item 1 of City")).toBeNull();
    expect(screen.getAllByRole("textbox")).toHaveLength(1);
  });
});

describe("a dictionary", () => {
  it("gets entries, whose keys are renamed in place", () => {
    show({ type: "object", additionalProperties: { type: "string" } }, { a: "1", b: "2" });
    type("Key of a", "z");
    click("Add an entry");
    type("Value of key", "3");

    expect(JSON.stringify(held)).toBe('{"z":"1","b":"2","key":"3"}');
  });

  it("does not let one entry overwrite another", () => {
    show({ type: "object", additionalProperties: { type: "string" } }, { a: "1", b: "2" });
    type("Key of a", "b");

    expect(held).toEqual({ a: "1", b: "2" });
    expect(screen.getByText("There is already an entry “b”.")).toBeTruthy();
    type("Key of a", "bb");
    expect(held).toEqual({ bb: "1", b: "2" });
  });

  it("may have a key that means something to JavaScript", () => {
    show({ type: "object", additionalProperties: { type: "string" } }, { a: "1" });
    type("Key of a", "__proto__");

    expect(JSON.stringify(held)).toBe('{"__proto__":"1"}');
  });
});

describe("a table", () => {
  it("gets rows, and keeps cells that no column declares", () => {
    const items = { type: "object", properties: { name: { type: "string" } } };
    show({ type: "array", items }, [{ name: "Ada", age: 36 }]);
    type("Row 1, name", "Grace");
    click("Add a row");
    type("Row 2, name", "Mary");

    expect(held).toEqual([{ name: "Grace", age: 36 }, { name: "Mary" }]);
    click("Remove row 1");
    expect(held).toEqual([{ name: "Mary" }]);
  });
});

describe("an object", () => {
  const part = {
    type: "object",
    properties: { name: { type: "string" }, loud: { type: "boolean", default: false } },
  };

  it("has a field for each member, also for those that nobody declared", () => {
    show(part, { name: "Ada", extra: 5 });

    expect(shown("Name")).toBe("Ada");
    expect(shown("extra")).toBe("5");
    fireEvent.click(screen.getByRole("switch", { name: "Loud" }));
    expect(held).toEqual({ name: "Ada", extra: 5, loud: true });
  });

  it("without members is no value", () => {
    show(part, { name: "Ada" });
    type("Name", "");

    expect(held).toBeUndefined();
  });
});

describe("a value of any kind", () => {
  it("is text, until another kind is chosen", () => {
    show({});
    type("City", "5");
    expect(held).toBe("5");
    type("Kind of City", "number");
    expect(held).toBe(5);
    type("Kind of City", "toggle");
    expect(held).toBe(false);
  });

  it("stays JSON while somebody types, whatever it is meanwhile", () => {
    show({}, [1]);
    for (const text of ["1", "[1", "[1, 2]"]) type("City", text);

    expect(held).toEqual([1, 2]);
  });

  it("keeps text that is no JSON, to be made JSON", () => {
    show({}, "[1, 2");
    type("Kind of City", "json");

    expect(shown("City")).toBe("[1, 2");
    expect(screen.getByText(/^This is not JSON yet\./)).toBeTruthy();
    type("City", "[1, 2]");
    expect(held).toEqual([1, 2]);
  });
});

describe("JSON", () => {
  it("that is not whole yet stays in its box, beside the value that holds", () => {
    show({ type: "array", items: {} }, "x");
    type("City", "[1,");

    expect(held).toBe("x");
    expect(shown("City")).toBe("[1,");
    expect(screen.getByLabelText("City").getAttribute("aria-invalid")).toBe("true");
  });
});

describe("a date and time", () => {
  it("is kept with its place on the time line", () => {
    show({ type: "string", format: "date-time" });
    type("City", "2026-03-01T09:30:00");

    expect(held).toBe(new Date("2026-03-01T09:30:00").toISOString());
  });

  it("that no calendar shows stays as text", () => {
    show({ type: "string", format: "date" }, "next week");
    const control = screen.getByLabelText<HTMLInputElement>("City");

    expect([control.type, control.value]).toEqual(["text", "next week"]);
  });
});
