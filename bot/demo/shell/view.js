// Beside Preview's own code in the channel's frame: a page that expired is opened anew, and the menu of a
// message offers the bot's commands there.

const realFetch = window.fetch.bind(window);
let pageId = "";
let credential = "";
let commands = [];
let giveBack = () => {};

window.fetch = async (input, init = {}) => {
  const headers = init.headers || {};
  if (headers["X-Simcord-Context"]) {
    pageId = headers["X-Simcord-Context"];
    credential = headers["X-Simcord-Capability"];
  }
  const line = sentLine(init.body);
  let response;
  try {
    response = await realFetch(input, init);
  } catch (error) {
    if (line) giveBack(line);
    throw error;
  }
  if (line && !(response.ok && arrived(await response.clone().json()))) giveBack(line);
  if (response.status === 401) window.parent.location.reload(); // the demo was started again
  if (response.status === 410) window.location.reload(); // the page lay unused for too long
  return response;
};

function sentLine(body) {
  const action = typeof body === "string" ? JSON.parse(body) : {};
  return action.kind === "send_message" && !action.reply_to_id ? action.content : "";
}

function arrived(receipt) { return !receipt.rejected && receipt.settlement === "settled"; }

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
// brings comes into view from its beginning, and stays there too. Scrolling by hand ends either.
const ACTION_MILLISECONDS = 30000; // what arrives later than this after an action is not its doing
const MARGIN = 8; // pixels above what comes into view
const SCROLLING_KEYS = new Set(["PageUp", "PageDown", "Home", "End", "ArrowUp", "ArrowDown", "Tab", " "]);

function keepInView(list) {
  const timeline = document.getElementById("channel-timeline");
  const news = document.getElementById("new-messages");
  const native = Object.getOwnPropertyDescriptor(Element.prototype, "scrollTop");
  const bottom = () => timeline.scrollHeight - timeline.clientHeight;
  let goal = bottom;
  let acted = null;
  // Preview puts an anchor of its own back whenever a picture has loaded. While there is a goal, it may not.
  Object.defineProperty(timeline, "scrollTop", {
    get: () => native.get.call(timeline),
    set: (top) => { if (!goal) native.set.call(timeline, top); },
  });
  const keep = () => {
    if (!goal) return;
    native.set.call(timeline, goal());
    news.hidden = true;
  };
  const release = () => { goal = null; };
  const newest = () => list.querySelector(".channel-message:last-child")?.dataset.messageId || "0";
  const act = (spoken) => { acted = { after: BigInt(newest()), spoken, at: performance.now() }; };
  const fresh = () => [...list.querySelectorAll(".channel-message")].filter(
    (message) => BigInt(message.dataset.messageId) > acted.after,
  );
  const look = () => {
    if (!acted || performance.now() - acted.at > ACTION_MILLISECONDS) return;
    const [first, reply] = fresh();
    if (!first) return;
    // What the visitor said stays above the reply, unless it is so long that the reply would be out of sight.
    const from = acted.spoken && reply && first.offsetHeight > timeline.clientHeight / 3 ? reply : first;
    goal = () => Math.min(bottom(), top(from) - MARGIN);
  };
  const top = (message) =>
    native.get.call(timeline) + message.getBoundingClientRect().top - timeline.getBoundingClientRect().top;
  const resized = new ResizeObserver(keep);
  resized.observe(list);
  resized.observe(timeline);
  new MutationObserver(() => { look(); keep(); }).observe(list, { childList: true });
  for (const kind of ["wheel", "touchmove"]) timeline.addEventListener(kind, release, { passive: true });
  // The bar at the side belongs to the timeline itself.
  timeline.addEventListener("pointerdown", (event) => { if (event.target === timeline) release(); });
  document.addEventListener("keydown", (event) => {
    if (SCROLLING_KEYS.has(event.key) && !event.target.closest("#channel-composer")) release();
    if (event.key === "Enter") act(false);
  }, true);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button === news) goal = bottom;
    else if (button.classList.contains("history-button")) release();
    else act(false);
  }, true);
  document.addEventListener("submit", (event) => { act(event.target.id === "channel-composer"); }, true);
}

// Preview drops a line that is sent while the one before is under way, and leaves a line in the box until it
// has arrived. Here the box empties at once, a line waits for its turn, and one that fails comes back.
const TURN_MILLISECONDS = 20;
const LOST = "That may not have arrived: it is in the box again.";

function sendInTurn(form) {
  const button = document.getElementById("send-message");
  const box = document.getElementById("channel-composer-input");
  const reply = document.getElementById("reply-context");
  const waiting = [];
  let timer = 0;
  let sending = false;

  const fill = (text) => {
    box.value = text;
    box.dispatchEvent(new Event("input", { bubbles: true }));
  };
  // A picked command, an edit and a reply are Preview's own business: they stay in sight until they are done.
  const plain = () => box.isConnected && reply.hidden;
  const send = (line) => {
    const [typed, start, end] = [box.value, box.selectionStart, box.selectionEnd];
    sending = true;
    box.value = line;
    form.requestSubmit();
    sending = false;
    fill(typed);
    box.setSelectionRange(start, end);
  };
  const next = () => {
    if (button.disabled || !plain()) return;
    send(waiting.shift());
    if (waiting.length) return;
    clearInterval(timer);
    timer = 0;
  };
  document.addEventListener("submit", (event) => {
    if (event.target !== form || sending || !(button.disabled || waiting.length)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!plain() || !box.value.trim()) return;
    waiting.push(box.value);
    fill("");
    timer ||= setInterval(next, TURN_MILLISECONDS);
  }, true);
  // By now Preview has taken the line.
  document.addEventListener("submit", (event) => {
    if (event.target === form && !sending && plain()) fill("");
  });
  return (line) => {
    fill([line, box.value].filter(Boolean).join("\n"));
    window.parent.postMessage({ notice: LOST }, location.origin);
  };
}

// A picked command that needs nothing more is sent by Enter, as on Discord; Preview would pick its first option.
function sendCommands(form) {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.classList?.contains("command-chip")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    form.requestSubmit();
  }, true);
}

document.addEventListener("DOMContentLoaded", async () => {
  sendCommands(document.getElementById("channel-composer"));
  giveBack = sendInTurn(document.getElementById("channel-composer"));
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
