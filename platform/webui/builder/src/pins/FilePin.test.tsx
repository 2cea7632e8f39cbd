// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { Json } from "@/graph/json";
import { fieldOf } from "@/pins/field";
import { PinField } from "@/pins/PinField";

const ID = "11111111-2222-4333-8444-555555555555";
const STORED = {
  id: ID,
  file_uri: `workspace://${ID}/list.csv`,
  file_name: "list.csv",
  content_type: "text/csv",
  size: 8,
};

/** A request under way, which the test answers. */
class FakeRequest {
  static last: FakeRequest;
  upload: { onprogress?: (event: object) => void } = {};
  status = 0;
  responseText = "";
  sent: FormData | null = null;
  url = "";
  onload?: () => void;
  onerror?: () => void;
  onabort?: () => void;

  constructor() {
    FakeRequest.last = this;
  }

  open(_method: string, url: string) {
    this.url = url;
  }

  setRequestHeader() {
    // the server is not asked
  }

  getResponseHeader() {
    return null;
  }

  send(form: FormData) {
    this.sent = form;
  }

  abort() {
    this.onabort?.();
  }

  async answer(status: number, body: object) {
    this.status = status;
    this.responseText = JSON.stringify(body);
    await act(() => Promise.resolve(this.onload?.()));
  }

  progress(loaded: number) {
    act(() => this.upload.onprogress?.({ loaded, total: 100, lengthComputable: true }));
  }
}

let held: Json | undefined;

function show(value?: Json) {
  const schema = { type: "string", format: "file", title: "File" };
  const field = fieldOf("file", { part: schema, root: {} }, false);
  function Field() {
    const [now, setNow] = useState(value);
    held = now;
    return <PinField id="f" field={field} value={now} onChange={setNow} problem={null} />;
  }
  held = value;
  return render(<Field />);
}

function choose(content: string) {
  const file = new File([content], "list.csv", { type: "text/html" });
  fireEvent.change(screen.getByLabelText("File"), { target: { files: [file] } });
}

function answering(status: number, body: object) {
  const fetched = vi.fn(() => Promise.resolve(new Response(JSON.stringify(body), { status })));
  vi.stubGlobal("fetch", fetched);
  return fetched;
}

beforeEach(() => {
  document.head.innerHTML = `<script id="builder-settings" type="application/json">${JSON.stringify(
    { largest_file: 100, urls: { api: "/api/v1/" } },
  )}</script>`;
  vi.stubGlobal("XMLHttpRequest", FakeRequest);
  answering(200, STORED);
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe("a field for a file", () => {
  it("sends what is chosen, and holds its reference", async () => {
    show();
    choose("a,b\n1,2\n");

    expect(FakeRequest.last.url).toBe("/api/v1/files/");
    expect((FakeRequest.last.sent?.get("file") as File).name).toBe("list.csv");
    expect(held).toBeUndefined();
    await FakeRequest.last.answer(201, STORED);

    expect(held).toBe(STORED.file_uri);
    expect(await screen.findByText("8 bytes")).toBeTruthy();
    expect(screen.getByText("list.csv")).toBeTruthy();
  });

  it("says how much has gone", () => {
    show();
    choose("x");
    FakeRequest.last.progress(40);

    expect(screen.getByLabelText<HTMLProgressElement>("Sending list.csv").value).toBe(0.4);
    expect(screen.getByText("40 %")).toBeTruthy();
  });

  it("says why the server refuses, and keeps what it held", async () => {
    show("data:text/plain,Hello");
    choose("x");
    await FakeRequest.last.answer(413, { code: "file_too_large", detail: "Too much of it." });

    expect(screen.getByRole("alert").textContent).toBe("Too much of it.");
    expect(screen.queryByLabelText("Sending list.csv")).toBeNull();
    expect(held).toBe("data:text/plain,Hello");
  });

  it("does not send what is too large", () => {
    show();
    choose("x".repeat(101));

    expect(screen.getByRole("alert").textContent).toBe(
      "The file has 101 bytes; 100 bytes are allowed.",
    );
  });

  it("can be told to stop, and then takes nothing", () => {
    show();
    choose("x");
    fireEvent.click(screen.getByRole("button", { name: "Cancel" }));

    expect(screen.queryByLabelText("Sending list.csv")).toBeNull();
    expect(screen.queryByRole("alert")).toBeNull();
    expect(held).toBeUndefined();
  });

  it("takes the file that was chosen last", async () => {
    show();
    choose("first");
    const first = FakeRequest.last;
    choose("second");
    await first.answer(201, { ...STORED, file_uri: `workspace://${ID}/first` });
    expect(held).toBeUndefined();
    await FakeRequest.last.answer(201, STORED);

    expect(held).toBe(STORED.file_uri);
  });

  it("shows a file that the value carries, as ever", () => {
    show("data:image/png;base64,AAAA");

    expect(screen.getByText("image/png")).toBeTruthy();
    expect(screen.getByText("3 bytes")).toBeTruthy();
  });

  it("says where a file is not there for me", async () => {
    answering(404, { code: "not_found", detail: "No." });
    show(STORED.file_uri);

    expect(await screen.findByText(/^You have no such file/)).toBeTruthy();
  });
});
