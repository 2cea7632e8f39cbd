// The list of node executions, filled in from their events.

import { namedValue, oneLine, valueElement } from "./values.js";
import { duration, showStatus } from "./words.js";

const MOST_VALUES = 50; // of one node execution, as on the server

const part = (element, name) => element.querySelector(`[data-live="${name}"]`);

export class NodeList {
  /** `feed` is what the page says of the run; the list holds what the server rendered of it. */
  constructor(list, feed, timeline) {
    this.list = list;
    this.feed = feed;
    this.timeline = timeline;
    this.template = document.getElementById("node-template");
    this.items = new Map();
    for (const item of list.children) this.items.set(item.dataset.nodeExec, item);
    this.counts = new Map(); // node execution and pin → values shown
    for (const [id, item] of this.items) this.countShown(id, item);
  }

  /** Show what an event, recorded at a moment, says of a node execution. Returns false where the list is full. */
  apply(data, created) {
    const item = this.items.get(data.node_exec_id) ?? this.add(data);
    if (!item) return false;
    showStatus(part(item, "status"), data.status);
    this.showTime(item, data);
    this.timeline.apply(item, data, created);
    this.showInputs(item, data);
    for (const [pin, values] of Object.entries(data.output_data ?? {})) {
      for (const value of values) this.showOutput(item, data.node_exec_id, pin, value);
    }
    this.showError(item, data.error);
    this.showChild(item, data.waits_for);
    this.showReview(item, data.waits_for);
    return true;
  }

  add(data) {
    if (!this.feed.follows || this.items.size >= this.feed.most) return null;
    const item = this.template.content.firstElementChild.cloneNode(true);
    item.dataset.nodeExec = data.node_exec_id;
    part(item, "title").textContent = data.node_title;
    const block = this.feed.blocks[data.block_id] ?? "";
    part(item, "block").textContent = block === data.node_title ? "" : block;
    part(item, "more-link").href = this.url({ node: data.node_exec_id, output: "" });
    this.list.append(item);
    this.items.set(data.node_exec_id, item);
    return item;
  }

  countShown(id, item) {
    for (const term of part(item, "outputs").querySelectorAll("dt")) this.count(id, term.textContent);
  }

  /** Count one more value on a pin, and return how many there were before. */
  count(id, pin) {
    const key = `${id} ${pin}`;
    const before = this.counts.get(key) ?? 0;
    this.counts.set(key, before + 1);
    return before;
  }

  showTime(item, data) {
    if (!data.start_time || !data.end_time) return;
    part(item, "time").textContent = duration(new Date(data.end_time) - new Date(data.start_time));
  }

  showInputs(item, data) {
    const list = part(item, "inputs");
    if (list.childElementCount) return;
    const pins = Object.entries(data.input_data ?? {});
    list.append(
      ...pins.map(([pin, value]) =>
        namedValue(pin, valueElement(value, this.url({ node: data.node_exec_id, input: pin }))),
      ),
    );
    if (pins.length) part(item, "no-inputs")?.remove();
  }

  showOutput(item, id, pin, value) {
    const index = this.count(id, pin);
    const list = part(item, "outputs");
    part(item, "no-outputs").hidden = true;
    if (list.childElementCount >= MOST_VALUES) {
      const more = part(item, "more-count");
      more.textContent = String(Number(more.textContent || 0) + 1);
      part(item, "more").hidden = false;
      return;
    }
    list.append(namedValue(pin, valueElement(value, this.url({ node: id, output: pin, index }))));
    if (list.childElementCount === 1) part(item, "summary").textContent = `${pin}: ${oneLine(value)}`;
  }

  showError(item, error) {
    if (!error) return;
    part(item, "error").hidden = false;
    part(item, "error-message").textContent = error.message ?? "";
    part(item, "error-code").textContent = error.code ?? "";
    part(item, "summary").textContent = oneLine(error.message ?? "");
    item.querySelector("details").open = true;
  }

  showChild(item, waitsFor) {
    if (waitsFor?.kind !== "agent") return;
    const link = part(item, "child");
    link.href = `${this.feed.runsUrl}${waitsFor.execution}/`;
    link.hidden = false;
  }

  showReview(item, waitsFor) {
    const link = part(item, "review");
    link.hidden = waitsFor?.kind !== "review";
    if (!link.hidden) link.href = `${this.feed.reviewsUrl}${waitsFor.review}/`;
  }

  url(place) {
    return `${this.feed.valueUrl}?${new URLSearchParams(place)}`;
  }
}
