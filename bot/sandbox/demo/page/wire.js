// The wire: every request between the bot and both sides in four lanes, the fault switches, and the comparison of both ends.
import { h, patch, rove, send, stick } from "./dom.js";
import { store } from "./store.js";

const LANES = ["line→bot", "bot→slack", "slack→bot", "bot→line"];
const NAMES = ["Phones → bot", "Bot → Slack", "Slack → bot", "Bot → phones"];
const laneOf = (direction) => LANES.indexOf(direction.replace(/volt|glific/, "line"));
const words = (direction) => direction.replace("volt", "Volt").replace("glific", "Glific").replace("slack", "Slack").replace("→", " → ");
const bad = (status) => status === 0 || status >= 400;
const said = (hop) => `${hop.status || "no answer"}`;

// Where each hop stands: after its predecessor in its lane, and always a step to the right of the hop before it. A hop
// that has its place keeps it, whatever comes after it and goes before it.
class Tape {
  ends = [0, 0, 0, 0];
  step = 0;
  placed = new Map();

  take(hops) {
    const shown = hops.map((hop) => (this.placed.get(hop.n)?.at === hop.at ? this.placed.get(hop.n) : this.place(hop)));
    this.placed = new Map(shown.map((hop) => [hop.n, hop]));
    return shown;
  }

  place(hop) {
    const { ends } = this;
    const lane = laneOf(hop.direction);
    const short = hop.echo && !bad(hop.status) ? "echo" : hop.label;
    const span = lane < 0 ? 3 : short === "echo" ? 7 : short.length + said(hop).length + 5;
    const from = Math.max(this.step, ...(lane < 0 ? ends : [ends[lane]]));
    if (lane < 0) ends.fill(from + span);
    else ends[lane] = from + span;
    this.step = from + 5;
    return { ...hop, lane, from, span, short };
  }
}

class DemoWire extends HTMLElement {
  connectedCallback() {
    this.grid = h("div.hops");
    this.scroller = h("div.tape", this.grid);
    this.append(
      h("header", h("h2", "What crosses the wire"), h("span.soft.tiny", "newest on the right; choose one to read it"), h("button.btn", { id: "tour", type: "button" }, "Things to try")),
      h("div.lanes", h("ul.names", NAMES.map((name, at) => h(`li.lane${at}`, name))), this.scroller));
    rove(this.grid);
    this.keep = stick(this.scroller);
    this.tape = new Tape();
    store.watch(() => this.draw());
  }

  draw() {
    const hops = this.tape.take(store.state.hops);
    this.keep(() => {
      patch(this.grid, hops, (hop) => hop.n, (hop) => this.hop(hop));
      const gone = Math.floor((hops[0]?.from ?? 0) / 500) * 500; // seldom another one, for that moves every hop
      Object.assign(this.grid.style, { width: `${this.tape.step + 25}ch`, marginLeft: `-${gone}ch` });
    });
    this.scroller.classList.toggle("none", !store.state.hops.length);
  }

  hop(hop) {
    if (hop.lane < 0) return h(`div.mark${hop.label === "started" ? ".up" : ""}`, { style: { left: `${hop.from}ch` } }, h("span", hop.label));
    return h(`button.hop.lane${hop.lane}${bad(hop.status) ? ".bad" : ""}${hop.short === "echo" ? ".echo" : ""}`, {
      "data-act": hop.n, style: { left: `${hop.from}ch`, width: `${hop.span - 1}ch` },
      label: `${words(hop.direction)}: ${hop.label}, ${said(hop)}, ${Math.round(hop.ms)} milliseconds`, onclick: () => show(hop),
    }, h("span", hop.short), hop.short !== "echo" && h("b", said(hop)));
  }
}
customElements.define("demo-wire", DemoWire);

function pretty(value) {
  if (!value || typeof value === "string") return value || "(empty)";
  if (typeof value.query === "string") return `${value.query.trim()}\n\n${JSON.stringify(value.variables, null, 2)}`;
  return JSON.stringify(value, null, 2);
}

async function show(hop) {
  const { error, request = error, answer } = await (await fetch(`/hop/${hop.n}`)).json();
  const drawer = document.getElementById("drawer");
  const part = (title, value) => h("section", h("h3", title), h("pre", { tabindex: 0 }, pretty(value)));
  drawer.replaceChildren(
    h("header", h("div", h(`p.way.lane${hop.lane}`, words(hop.direction)), h("h2", { id: "drawer-title" }, hop.label)),
      h("button.icon", { label: "Close", onclick: () => drawer.close() }, "✕")),
    h("p", h(bad(hop.status) ? "b.bad" : "b", said(hop)), ` after ${hop.ms < 10 ? hop.ms.toFixed(1) : Math.round(hop.ms)} ms, at ${new Date(hop.at * 1000).toLocaleTimeString()}`),
    hop.means && h("p", hop.means), part("Request", request), part("Answer", answer));
  drawer.showModal();
  drawer.onclick = (event) => event.target === drawer && drawer.close();
}

const FAULTS = [
  ["slack_down", "Slack down", "Slack answers every call of the bot with 503"],
  ["lines_down", "Lines down", "Volt and Glific answer every call of the bot with 503"],
  ["slow", "Everything slow", "All sides take two seconds to answer"],
  ["answer_lost", "Answers get lost", "Every second call is carried out, but its answer never arrives"],
  ["sent_twice", "Everything twice", "Each event and each webhook is delivered again"],
  ["forged", "A forged request", "Somebody without the keys sends false texts along with the real ones"],
];

class DemoFaults extends HTMLElement {
  connectedCallback() {
    this.switches = h("div.switches");
    this.score = h("p.score", { role: "status" });
    this.alive = h("p.alive", { role: "status" });
    this.kill = h("button.btn.danger", { title: "Ends the bot's process at once, without a warning, as a power cut would", "data-act": "crash", onclick: () => send("/bot/kill", {}) }, "Crash the bot");
    this.append(h("header", h("h2", "Make it go wrong"), this.kill), this.switches, h("div.verdict", this.score, this.alive));
    store.watch(() => this.draw());
  }

  draw() {
    const { faults, score, bot } = store.state;
    patch(this.switches, FAULTS.map((fault) => [...fault, faults[fault[0]]]), ([name]) => name, ([name, words, title, on]) =>
      h("button", { role: "switch", "aria-checked": on, "data-act": name, title, onclick: () => send("/faults", { name, on: !on }) }, h("i"), words));
    this.score.classList.toggle("wrong", score.lost + score.twice + score.let_in > 0);
    this.score.title = `${score.texts} texts and ${score.replies} replies compared on both sides`;
    this.score.replaceChildren(h("b", `${score.lost} lost · ${score.twice} twice`), h("span.tiny.soft", this.detail(score)));
    this.alive.className = `alive ${bot.state}`;
    this.alive.replaceChildren(h("i"), h("span", h("b", `Bot ${bot.state === "dead" ? "crashed" : bot.state}`), h("span.tiny.soft", bot.words)));
    this.kill.disabled = bot.state !== "running";
  }

  detail(score) {
    const said = score.waiting ? `${score.waiting} waiting` : `${score.texts + score.replies} texts compared`;
    if (score.let_in) return `${said} · ${score.let_in} forged let in`;
    return score.refused ? `${said} · ${score.refused} forged refused` : said;
  }
}
customElements.define("demo-faults", DemoFaults);
