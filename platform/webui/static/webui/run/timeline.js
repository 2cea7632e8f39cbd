// The bars beside the node executions, drawn again as time goes on: `webui/timeline.py` in motion.

const WIDTH = 1000;
const NARROWEST = 4;
const SVG = "http://www.w3.org/2000/svg";

/** Yield [kind, start, end] of what a node execution did; an end of null is now. */
function* spansOf({ queued, started, ended, slept }) {
  if (queued !== null) yield ["queued", queued, started ?? ended];
  if (started !== null) yield ["ran", started, ended];
  for (const [start, end] of slept) yield ["slept", start, end];
}

export class Timeline {
  /** `feed.zero` is when the run began; `feed.now` what the server's clock showed with the page. */
  constructor(list, feed) {
    this.zero = new Date(feed.zero);
    this.ahead = new Date(feed.now) - Date.now();
    this.spans = new Map();
    for (const item of list.children) this.spans.set(item, JSON.parse(item.dataset.spans));
  }

  since(moment) {
    return moment ? new Date(moment) - this.zero : null;
  }

  get present() {
    return Date.now() + this.ahead - this.zero;
  }

  /** Take in what an event, recorded at a moment, says of the node execution that the item shows. */
  apply(item, data, created) {
    const old = this.spans.get(item) ?? { queued: null, slept: [] };
    const started = this.since(data.start_time);
    const ended = this.since(data.end_time);
    const slept = old.slept.map(([start, end]) => [start, end]);
    const last = slept.at(-1);
    if (data.status === "WAITING") {
      if (!last || last[1] !== null) slept.push([this.since(created), null]);
    } else if (last && last[1] === null) {
      last[1] = ended ?? this.since(created);
    }
    const queued = old.queued ?? this.since(data.queue_time);
    this.spans.set(item, { queued, started, ended, slept });
  }

  /** Draw all of it up to a moment, or to the present. Returns how many milliseconds that is. */
  draw(moment) {
    const length = Math.max(this.since(moment) ?? this.present, 1);
    for (const [item, spans] of this.spans) {
      const bars = [...spansOf(spans)].map((span) => bar(length, ...span));
      item.querySelector("svg").replaceChildren(...bars);
    }
    return length;
  }
}

function bar(length, kind, start, end) {
  const from = (Math.min(Math.max(start, 0) / length, 1)) * WIDTH;
  const to = Math.min((end ?? length) / length, 1) * WIDTH;
  const width = Math.max(to - from, kind === "queued" ? 0 : NARROWEST);
  const rect = document.createElementNS(SVG, "rect");
  rect.setAttribute("class", `bar bar--${kind}`);
  rect.setAttribute("x", Math.min(from, WIDTH - width).toFixed(1));
  rect.setAttribute("width", width.toFixed(1));
  rect.setAttribute("height", "10");
  return rect;
}
