// Beside Preview's own code in the channel's frame: a page that expired is opened anew, and the menu of a
// message offers the bot's commands there.

const realFetch = window.fetch.bind(window);
let pageId = "";
let credential = "";
let commands = [];

window.fetch = async (input, init = {}) => {
  const headers = init.headers || {};
  if (headers["X-Simcord-Context"]) {
    pageId = headers["X-Simcord-Context"];
    credential = headers["X-Simcord-Capability"];
  }
  const response = await realFetch(input, init);
  if (response.status === 401) window.parent.location.reload(); // the demo was started again
  if (response.status === 410) window.location.reload(); // the page lay unused for too long
  return response;
};

async function use(command, message) {
  const response = await realFetch("/demo/menu", {
    method: "POST",
    headers: {
      "X-Simcord-Capability": credential, "X-Simcord-Context": pageId, "Content-Type": "application/json",
    },
    body: JSON.stringify({ command, message }),
  });
  if (!response.ok) window.parent.postMessage({ notice: await response.text() }, location.origin);
}

function offer(article) {
  const id = article.dataset.messageId;
  if (!id || article.querySelector(".demo-command")) return;
  let toolbar = article.querySelector(".message-context-actions");
  if (!toolbar) {
    toolbar = document.createElement("div");
    toolbar.className = "message-context-actions";
    toolbar.setAttribute("role", "toolbar");
    article.append(toolbar);
  }
  for (const command of commands) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "message-action-button demo-command";
    button.textContent = command;
    button.addEventListener("click", () => use(command, id));
    toolbar.append(button);
  }
}

// A channel opens at its newest message and stays there while pictures arrive; what the visitor's own action
// brings comes into view, from its beginning where it is long. Scrolling by hand ends either.
const KEEP_MILLISECONDS = 3000;

function keepInView(list) {
  const timeline = document.getElementById("channel-timeline");
  let goal = () => { timeline.scrollTop = timeline.scrollHeight; };
  let until = performance.now() + KEEP_MILLISECONDS;
  let acted = false;
  let newest = null;
  // Preview puts its own anchor back one frame after the list has grown; the goal is reached after that.
  const frame = (then) => requestAnimationFrame(then);
  const keep = () => frame(() => frame(() => { if (goal && performance.now() < until) goal(); }));
  const release = () => { goal = null; };
  const act = () => { acted = true; newest = list.lastElementChild; };
  new ResizeObserver(keep).observe(list);
  new MutationObserver(() => {
    const last = list.lastElementChild;
    if (!acted || !last || last === newest) return;
    newest = last;
    until = performance.now() + KEEP_MILLISECONDS;
    goal = () => last.scrollIntoView({ block: last.offsetHeight > timeline.clientHeight ? "start" : "end" });
    keep();
  }).observe(list, { childList: true });
  for (const kind of ["wheel", "touchmove"]) timeline.addEventListener(kind, release, { passive: true });
  document.addEventListener("click", (event) => { if (event.target.closest("button")) act(); }, true);
  document.addEventListener("keydown", (event) => { if (event.key === "Enter") act(); }, true);
}

// Preview drops a message that is sent while the one before is under way; here it waits for its turn.
const TURN_MILLISECONDS = 20;

function sendInTurn(form) {
  const button = document.getElementById("send-message");
  let waiting = false;
  document.addEventListener("submit", (event) => {
    if (event.target !== form || !button.disabled) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (waiting) return;
    waiting = true;
    const again = setInterval(() => {
      if (button.disabled) return;
      clearInterval(again);
      waiting = false;
      form.requestSubmit();
    }, TURN_MILLISECONDS);
  }, true);
}

document.addEventListener("DOMContentLoaded", async () => {
  sendInTurn(document.getElementById("channel-composer"));
  keepInView(document.getElementById("channel-message-list"));
  const list = document.getElementById("channel-message-list");
  const [secret, , person] = location.hash.slice(1).split("~");
  const response = await realFetch(`/demo/state?as=${person}`, { headers: { "X-Demo-Secret": secret } });
  if (!response.ok) return;
  const state = await response.json();
  const here = state.places.find((place) => location.pathname.split("/")[2] === place.id);
  if (!here || here.kind === "direct") return;
  commands = state.message_commands;
  const offerAll = () => list.querySelectorAll(".channel-message").forEach(offer);
  new MutationObserver(offerAll).observe(list, { childList: true, subtree: true });
  offerAll();
});
