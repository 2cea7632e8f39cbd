// The run's outputs by name: each value once, as its output block gets it.

import { namedValue, valueElement } from "./values.js";

export class Outputs {
  constructor(list, feed) {
    this.list = list;
    this.feed = feed;
    this.nodes = new Set(feed.outputNodes);
    this.groups = new Map();
    this.seen = new Set();
    for (const group of list.children) this.groups.set(group.dataset.output, group);
    for (const one of list.querySelectorAll("[data-of]")) this.seen.add(one.dataset.of);
  }

  /** Show what a node execution brings out. Returns whether there is anything to see. */
  apply(data) {
    const id = data.node_exec_id;
    if (!this.nodes.has(data.node_id) || this.seen.has(id)) return this.seen.size > 0;
    if (this.seen.size >= this.feed.mostOutputs) return true;
    this.seen.add(id);
    const place = new URLSearchParams({ node: id, input: "value" });
    const value = valueElement(data.input_data.value ?? null, `${this.feed.valueUrl}?${place}`);
    const { name } = data.input_data;
    this.group(typeof name === "string" ? name : JSON.stringify(name)).querySelector("dd").append(value);
    return true;
  }

  group(name) {
    let group = this.groups.get(name);
    if (!group) {
      group = namedValue(name);
      this.groups.set(name, group);
      this.list.append(group);
    }
    return group;
  }
}
