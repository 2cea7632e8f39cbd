// One run's events over the WebSocket: each once, in order, also when the connection breaks.

const HEARTBEAT = 20_000; // ms
const PATIENCE = 10_000; // ms without an answer, and the connection counts as lost
const LONGEST_WAIT = 30_000; // ms between two attempts
const SIGNED_OUT = new Set([4001, 4003]);

/** Return the JSON text's value with every number as it was written: 42.0, and all digits. */
function parse(text) {
  if (!JSON.rawJSON) return JSON.parse(text);
  return JSON.parse(text, (_key, value, context) =>
    typeof value === "number" && String(value) !== context.source
      ? JSON.rawJSON(context.source)
      : value,
  );
}

/**
 * Follow a run from the event with number `since`.
 *
 * Calls `onEvent(method, data, created)` for each later event, `onState(state, seconds)` with "open",
 * "lost" (and when it tries again), "signed out" or "refused". Returns a function that ends it.
 */
export function follow({ run, since, onEvent, onState }) {
  let seq = since;
  let socket = null;
  let attempts = 0;
  let ended = false;
  let heartbeat = 0;
  let patience = 0;
  let again = 0;

  const send = (method, data) => socket.send(JSON.stringify({ method, data }));

  function connect() {
    clearTimeout(again);
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    socket = new WebSocket(`${scheme}//${location.host}/ws/v1/`);
    socket.addEventListener("open", opened);
    socket.addEventListener("message", (event) => received(parse(event.data)));
    socket.addEventListener("close", closed);
    patience = setTimeout(() => socket.close(), PATIENCE);
  }

  function opened() {
    send("subscribe_graph_execution", { graph_exec_id: run, since: seq });
    heartbeat = setInterval(() => {
      send("heartbeat", "ping");
      clearTimeout(patience);
      patience = setTimeout(() => socket.close(), PATIENCE);
    }, HEARTBEAT);
  }

  function received(message) {
    clearTimeout(patience);
    if (message.method === "error") {
      end();
      onState("refused");
    } else if (message.method === "subscribe_graph_execution") {
      attempts = 0;
      onState("open");
    } else if (message.seq > seq) {
      seq = message.seq;
      onEvent(message.method, message.data, message.created);
    }
  }

  function closed(event) {
    clearInterval(heartbeat);
    clearTimeout(patience);
    if (ended) return;
    if (SIGNED_OUT.has(event.code)) {
      end();
      onState("signed out");
      return;
    }
    const wait = Math.min(1000 * 2 ** attempts, LONGEST_WAIT) * (0.8 + 0.4 * Math.random());
    attempts += 1;
    onState("lost", Math.round(wait / 1000));
    again = setTimeout(connect, wait);
  }

  function end() {
    ended = true;
    clearTimeout(again);
    removeEventListener("online", online);
    socket.close();
  }

  function online() {
    if (socket.readyState === WebSocket.CLOSED) connect();
  }

  addEventListener("online", online);
  connect();
  return end;
}
