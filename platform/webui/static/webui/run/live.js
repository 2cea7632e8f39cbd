// A run's page fills in while the run goes on.

import { follow } from "./feed.js";
import { morph } from "./morph.js";
import { NodeList } from "./nodes.js";
import { Outputs } from "./outputs.js";
import { FINAL, duration, showStatus } from "./words.js";

const LOOK_AGAIN = 5000; // ms between two looks at what waits for what

const one = (name) => document.querySelector(`[data-live="${name}"]`);

/** Show the part of the page that says what waits, as the server now has it. */
async function refreshWaiting(url) {
  try {
    const response = await fetch(url, { headers: { Accept: "text/html" } });
    if (!response.ok || response.redirected) return;
    const fresh = document.createElement("template"); // keeps white space as the page has it
    fresh.innerHTML = await response.text();
    morph(one("waiting"), fresh.content);
  } catch {
    // The connection is lost; the page says so already.
  }
}

function showConnection(feed, state, seconds) {
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
  const nodes = new NodeList(one("nodes"), feed);
  const outputs = new Outputs(one("run-outputs"), feed);
  const summary = document.querySelector("[data-run-status]");
  let startedAt = feed.startedAt ? new Date(feed.startedAt) : null;

  const clock = setInterval(() => {
    if (startedAt) one("duration").textContent = duration(Date.now() - startedAt);
  }, 500);
  const looks = setInterval(() => refreshWaiting(feed.waitingUrl), LOOK_AGAIN);

  function onNode(data) {
    if (nodes.apply(data)) one("no-nodes").hidden = true;
    else one("more-nodes").hidden = false;
    one("no-run-outputs").hidden = outputs.apply(data);
    if (data.status === "WAITING") refreshWaiting(feed.waitingUrl);
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
    clearInterval(looks);
    if (startedAt && data.ended_at) {
      one("duration").textContent = duration(new Date(data.ended_at) - startedAt);
    }
    one("stop")?.remove();
    one("lost").hidden = true;
    if (one("no-run-outputs").textContent.trim()) one("no-run-outputs").textContent = "None.";
    if (data.error) {
      one("failure-message").textContent = data.error.message;
      one("failure-code").textContent = data.error.code ?? "";
      one("failure").hidden = false;
    }
    refreshWaiting(feed.waitingUrl);
  }

  let counting = Number(one("count").textContent);
  const counted = new Set([...nodes.items.keys(), ...feed.open]);
  const end = follow({
    run: feed.run,
    since: feed.since,
    onEvent(method, data) {
      if (method === "graph_execution_event") return onRun(data);
      if (!counted.has(data.node_exec_id)) {
        counted.add(data.node_exec_id);
        counting += 1;
        one("count").textContent = counting;
      }
      onNode(data);
    },
    onState: (state, seconds) => showConnection(feed, state, seconds),
  });
}

const feed = document.getElementById("feed");
if (feed) start(JSON.parse(feed.textContent));
