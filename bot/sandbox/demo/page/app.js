// Puts the panes together: the tabs of a narrow screen, the tip, and the link to the demo.
import "./clock.js";
import "./slack.js";
import "./phone.js";
import "./wire.js";
import "./modal.js";
import "./tour.js";
import { TAB, TOKEN, send } from "./dom.js";
import { connect, store } from "./store.js";

const tabs = [...document.querySelectorAll("[role=tab]")];
function turn(name) {
  document.body.dataset.tab = name;
  for (const tab of tabs) {
    const on = tab.dataset.tab === name;
    tab.setAttribute("aria-selected", on);
    tab.tabIndex = on ? 0 : -1;
    if (on) tab.classList.remove("fresh");
  }
}
turn("slack");
for (const tab of tabs) {
  tab.addEventListener("click", () => turn(tab.dataset.tab));
  tab.addEventListener("keydown", (event) => {
    const go = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!go) return;
    const next = tabs[(tabs.indexOf(tab) + go + tabs.length) % tabs.length];
    turn(next.dataset.tab);
    next.focus();
  });
}

// A dot on the tab whose pane changed while another one is shown.
let before = {};
store.watch(() => {
  const now = { slack: store.index.size, phone: store.state.texts.filter((one) => !one.mine).length };
  for (const tab of tabs) if (before[tab.dataset.tab] < now[tab.dataset.tab] && tab.tabIndex) tab.classList.add("fresh");
  before = now;
});

const tip = document.getElementById("tip");
let storage;
try {
  storage = localStorage;
} catch {
  // Storage is switched off: the tip simply comes back next time.
}
tip.hidden = storage?.getItem("tip") === "read";
document.getElementById("tip-close").addEventListener("click", () => {
  tip.hidden = true;
  storage?.setItem("tip", "read");
});

const where = document.getElementById("where");
// Past everything to where one answers: into the thread, else into whatever box is in view.
document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault();
  const boxes = [".reading .thread .composer textarea", ".composer textarea"].flatMap((look) => [...document.querySelectorAll(look)]);
  boxes.find((one) => one.checkVisibility({ visibilityProperty: true }))?.focus();
});

connect((linked) => {
  where.textContent = linked ? "Nothing leaves this machine" : "The demo does not answer. Start it again: make demo";
  where.classList.toggle("lost", !linked);
});

send("/zone", { zone: Intl.DateTimeFormat().resolvedOptions().timeZone });
addEventListener("pagehide", () => {
  const headers = { "Content-Type": "application/json", "X-Demo-Token": TOKEN };
  fetch("/slack/leave", { method: "POST", headers, body: JSON.stringify({ tab: TAB }), keepalive: true });
});
