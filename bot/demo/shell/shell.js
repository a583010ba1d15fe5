// The page around the channel: which place, as whom, and what time it is. The channel itself is simcord's
// Preview in the frame; both come from this one address.

const secret = document.body.dataset.secret;
const $ = (id) => document.getElementById(id);
const shell = $("shell");
const frame = $("view");
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
const POLL_MILLISECONDS = 800;

// What the visitor looks at outlives a reload of the page, in its address.
const wanted = new URLSearchParams(location.hash.slice(1));
let person = wanted.get("as") || "";
let place = wanted.get("in") || "";
let shown = "";
let state = null;
let offset = 0; // the demo's time less the browser's, in milliseconds
const seen = new Map(); // "person place" to the newest message that was on the screen

async function ask(path, options = {}) {
  const response = await fetch(path, {
    ...options, cache: "no-store",
    headers: { "X-Demo-Secret": secret, ...(options.body ? { "Content-Type": "application/json" } : {}) },
  });
  if (response.status === 401) location.reload(); // the demo was started again: it has another secret
  if (!response.ok) throw Object.assign(new Error(await response.text()), { status: response.status });
  return response.json();
}

const NOTICE_MILLISECONDS = 6000;
let lost = false;
let noticeTimer = 0;

function notice(text, milliseconds = NOTICE_MILLISECONDS) {
  clearTimeout(noticeTimer);
  $("notice").textContent = text;
  $("notice").hidden = !text;
  if (milliseconds) noticeTimer = setTimeout(() => notice("", 0), milliseconds);
}

window.addEventListener("message", (event) => {
  if (event.origin === location.origin && event.source === frame.contentWindow && event.data.notice) {
    notice(String(event.data.notice));
  }
});

async function refresh() {
  try {
    const next = await ask(`/demo/state?as=${encodeURIComponent(person)}`);
    if (person && next.person !== person) return; // the visitor became somebody else meanwhile
    state = next;
    person = state.person;
    offset = Date.parse(state.now) - Date.now();
    if (!state.places.some((one) => one.id === place)) place = state.places[0].id;
    if (lost) notice("", 0);
    lost = false;
    draw();
  } catch (error) {
    if (error.status === 404) { person = ""; return; }
    lost = true;
    notice("The demo has stopped. Start it again with make demo; this page will find it.", 0);
  }
}

async function poll() {
  await refresh();
  setTimeout(poll, POLL_MILLISECONDS);
}

function draw() {
  const here = state.places.find((one) => one.id === place);
  for (const one of state.places) {
    const key = `${person} ${one.id}`;
    // What was there before somebody first looked is not news to them, nor is what is on the screen.
    if (!seen.has(key) || (one.id === place && !document.hidden)) seen.set(key, BigInt(one.last));
  }
  document.title = `${label(here)} · Gradus demo`;
  $("server").textContent = state.server;
  $("here").textContent = label(here);
  $("as").textContent = `as ${state.people.find((one) => one.id === person).name}`;
  drawPlaces();
  drawPeople();
  drawHint(here);
  drawClock();
  show();
}

function label(one) { return one.kind === "channel" ? `#${one.name}` : one.name; }
function unread(one) { return BigInt(one.last) > seen.get(`${person} ${one.id}`); }

function drawPlaces() {
  const nav = $("places");
  const wantedNodes = [heading("Channels")];
  for (const one of state.places) {
    if (one.kind === "direct") wantedNodes.push(heading("Direct messages"));
    wantedNodes.push(placeButton(one));
  }
  $("unread").hidden = !state.places.some(unread);
  replaceIfChanged(nav, wantedNodes);
}

function heading(text) {
  const node = document.createElement("h2");
  node.textContent = text;
  return node;
}

function placeButton(one) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = `place ${one.kind}${unread(one) ? " unread" : ""}`;
  button.dataset.place = one.id;
  if (one.id === place) button.setAttribute("aria-current", "page");
  const sign = document.createElement("span");
  sign.className = one.kind === "direct" ? "face" : "sign";
  sign.setAttribute("aria-hidden", "true");
  sign.textContent = { channel: "#", thread: "↳", direct: one.name[0] }[one.kind];
  const name = document.createElement("span");
  name.className = "name";
  name.textContent = one.name;
  button.append(sign, name);
  if (unread(one)) button.setAttribute("aria-label", `${one.name}, unread`);
  return button;
}

function drawPeople() {
  replaceIfChanged($("people"), state.people.map((one) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "person";
    button.dataset.person = one.id;
    button.setAttribute("aria-pressed", String(one.id === person));
    const face = document.createElement("span");
    face.className = "face";
    face.style.background = one.colour;
    face.setAttribute("aria-hidden", "true");
    face.textContent = one.name[0];
    const name = document.createElement("span");
    name.textContent = one.name;
    button.append(face, name);
    return button;
  }));
}

function replaceIfChanged(parent, nodes) {
  const next = nodes.map((node) => node.outerHTML).join("");
  if (parent.dataset.drawn === next) return;
  const focused = parent.contains(document.activeElement) ? { ...document.activeElement.dataset } : null;
  parent.dataset.drawn = next;
  parent.replaceChildren(...nodes);
  if (focused) parent.querySelector(focused.place ? `[data-place="${focused.place}"]` : `[data-person="${focused.person}"]`)?.focus();
}

const MORE = [
  " ", ["code", "/learn"], " opens lessons, ", ["code", "/quiz now"], " asks questions, ", ["code", "/train start"], " trains a network, ", ["code", "/start"], " says more; a group waits in #study-hall.",
  " ", ["em", "Explain this"], " is in a message's menu. Switch people ", ["wide", "below left"], ["narrow", "under ☰"], ".",
];
const HINTS = {
  channel: ["Type ", ["code", "/ask why does dropout help?"], ", mention ", ["code", "@Gradus"], ", or write it a direct message.", ...MORE],
  thread: ["Press ", ["em", "Reply"], " under an answer, or write ", ["code", "@Gradus"], " and your question.", ...MORE],
  direct: ["Write Gradus a question, for example: ", ["em", "what is backpropagation?"], " Switch people ", ["wide", "below left"], ["narrow", "under ☰"], "."],
};

function drawHint(here) {
  const hint = $("hint");
  if (hint.dataset.kind === here.kind) return;
  hint.dataset.kind = here.kind;
  hint.replaceChildren(...HINTS[here.kind].map((part) => {
    if (typeof part === "string") return part;
    const [kind, text] = part;
    const node = document.createElement(kind === "code" || kind === "em" ? kind : "span");
    if (node.localName === "span") node.className = kind;
    node.textContent = text;
    return node;
  }));
}

function drawClock() {
  if (!state) return;
  const now = new Date(Date.now() + offset);
  $("clock").dateTime = now.toISOString();
  $("clock").textContent = now.toLocaleString("en-GB", {
    weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit",
  });
  const hours = Math.round(state.ahead_seconds / 3600);
  const parts = [[Math.floor(hours / 24), "d"], [hours % 24, "h"]].filter(([count]) => count);
  $("ahead").hidden = !parts.length;
  $("ahead").textContent = `${parts.map(([count, unit]) => `${count} ${unit}`).join(" ")} ahead`;
  $("ahead").title = state.start_over;
}

$("ahead").addEventListener("click", () => notice($("ahead").title)); // no finger reaches a title

function show() {
  const address = `/view/${place}/${person}`;
  if (shown === address) return;
  shown = address;
  history.replaceState(null, "", `#${new URLSearchParams({ in: place, as: person })}`);
  // replace(): switching places must not fill the browser's history with frames.
  frame.contentWindow.location.replace(`${address}#${secret}~${place}~${person}~${zone}`);
}

function drawer(open) {
  shell.classList.toggle("open", open);
  $("scrim").hidden = !open;
  $("menu").setAttribute("aria-expanded", String(open));
}

$("menu").addEventListener("click", () => drawer(!shell.classList.contains("open")));
$("scrim").addEventListener("click", () => drawer(false));
document.addEventListener("keydown", (event) => { if (event.key === "Escape") drawer(false); });

$("places").addEventListener("click", (event) => {
  const button = event.target.closest("[data-place]");
  if (!button) return;
  place = button.dataset.place;
  drawer(false);
  draw();
});

$("people").addEventListener("click", async (event) => {
  const button = event.target.closest("[data-person]");
  if (!button || button.dataset.person === person) return;
  const direct = state.places.find((one) => one.id === place)?.kind === "direct";
  person = button.dataset.person;
  if (direct) place = ""; // each has direct messages of their own
  const next = await ask(`/demo/state?as=${person}`).catch(() => null);
  if (!next || next.person !== person) return;
  if (direct) place = next.places.find((one) => one.kind === "direct").id;
  await refresh();
});

for (const button of document.querySelectorAll("[data-jump]")) {
  button.addEventListener("click", async () => {
    const all = document.querySelectorAll("[data-jump]");
    for (const one of all) one.disabled = true;
    try {
      await ask("/demo/jump", { method: "POST", body: JSON.stringify({ by: button.dataset.jump }) });
      await refresh();
    } catch (error) {
      notice(error.message);
    } finally {
      for (const one of all) one.disabled = false;
    }
  });
}

setInterval(drawClock, 1000);
poll();
