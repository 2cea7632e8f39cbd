// A run's page fills in while the run goes on.

import { follow } from "./feed.js";
import { NodeList } from "./nodes.js";
import { Timeline } from "./timeline.js";
import { FINAL, duration, showStatus } from "./words.js";

const one = (name) => document.querySelector(`[data-live="${name}"]`);

/** Let a part of the page ask the server what it now says, as its `hx-trigger` tells. */
const look = (name) => one(name).dispatchEvent(new Event("look"));

function showConnection(state, seconds) {
  const sentences = {
    open: "",
    lost: `The live connection is lost. Trying again in ${Math.max(seconds ?? 1, 1)} s. The run itself goes on.`,
    "signed out": "You are signed out. Load this page again to sign in and see the rest.",
    refused: "This run can no longer be followed. Load this page again.",
  };
  one("lost-text").textContent = sentences[state];
  one("lost").hidden = state === "open";
}

function start(feed) {
  const timeline = new Timeline(one("nodes"), feed);
  const nodes = new NodeList(one("nodes"), feed, timeline);
  const outputNodes = new Set(feed.outputNodes);
  const summary = document.querySelector("[data-run-status]");
  let startedAt = feed.startedAt ? new Date(feed.startedAt) : null;

  const clock = setInterval(() => {
    if (startedAt) one("duration").textContent = duration(Date.now() - startedAt);
    one("length").textContent = duration(timeline.draw());
  }, 500);

  function onNode(data, created) {
    if (nodes.apply(data, created)) one("no-nodes").hidden = true;
    else one("more-nodes").hidden = false;
    if (outputNodes.has(data.node_id)) look("run-outputs");
    if (data.status === "WAITING") look("waiting");
  }

  function onRun(data) {
    summary.dataset.runStatus = data.status;
    showStatus(summary.querySelector('[data-live="status"]'), data.status);
    if (data.started_at) startedAt = new Date(data.started_at);
    one("count").textContent = data.stats.node_exec_count;
    one("failed").textContent = data.stats.node_error_count;
    one("failed-box").hidden = !data.stats.node_error_count;
    if (FINAL.has(data.status)) finish(data);
  }

  function finish(data) {
    end();
    clearInterval(clock);
    if (startedAt && data.ended_at) {
      one("duration").textContent = duration(new Date(data.ended_at) - startedAt);
    }
    one("length").textContent = duration(timeline.draw(data.ended_at));
    one("stop")?.remove();
    one("lost").hidden = true;
    if (data.error) {
      one("failure-message").textContent = data.error.message;
      one("failure-code").textContent = data.error.code ?? "";
      one("failure").hidden = false;
    }
    look("run-outputs");
    look("waiting");
  }

  let counting = Number(one("count").textContent);
  const counted = new Set([...nodes.items.keys(), ...feed.open]);
  const end = follow({
    run: feed.run,
    since: feed.since,
    onEvent(method, data, created) {
      if (method === "graph_execution_event") return onRun(data);
      if (!counted.has(data.node_exec_id)) {
        counted.add(data.node_exec_id);
        counting += 1;
        one("count").textContent = counting;
      }
      onNode(data, created);
    },
    onState(state, seconds) {
      if (state === "open" && !one("lost").hidden) look("run-outputs");
      showConnection(state, seconds);
    },
  });
}

const feed = document.getElementById("feed");
if (feed) start(JSON.parse(feed.textContent));
