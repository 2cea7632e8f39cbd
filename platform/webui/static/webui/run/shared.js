// A run under a secret link: look again whenever its feed says that something changed.

const HEARTBEAT = 20_000; // ms
const AGAIN = 5_000; // ms until a lost connection is tried again
const ENDED = 4003; // the link was revoked, or has expired

const part = () => document.querySelector("[data-shared]");
const look = () => part().dispatchEvent(new Event("look"));

function connect() {
  const token = location.pathname.split("/")[2];
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const protocols = ["trellis", `trellis.share.${token}`];
  const socket = new WebSocket(`${scheme}//${location.host}/ws/v1/shared/`, protocols);
  const heartbeat = setInterval(() => {
    if (socket.readyState === WebSocket.OPEN) socket.send('{"method":"heartbeat"}');
  }, HEARTBEAT);
  socket.addEventListener("message", (event) => {
    if (JSON.parse(event.data).method === "changed") look();
    if (!part().hasAttribute("data-live")) socket.close();
  });
  socket.addEventListener("close", (event) => {
    clearInterval(heartbeat);
    if (event.code === ENDED) location.reload();
    else if (part().hasAttribute("data-live")) setTimeout(connect, AGAIN);
  });
}

connect();
