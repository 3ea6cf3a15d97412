// The customer's phone: a few people, the number they text or write to on WhatsApp, bubbles and what became of them.
import { isShown, readyItems } from "./attach.js";
import { composer } from "./composer.js";
import { clock, face, h, now, patch, rove, send, shortName, stick } from "./dom.js";
import { openMenu } from "./menu.js";
import { store } from "./store.js";

const WORDS = { sending: "Sending", sent: "Sent", delivered: "Delivered", read: "Read", failed: "Not delivered" };
const isToday = (at) => new Date(at * 1000).toDateString() === new Date(now() * 1000).toDateString();
const QUICK = ["Hi", "ok", "STOP"];

// A picture, a file, or what became of one that cannot be shown.
function medium({ src, name, kind }) {
  if (!src) return h("p.words.soft", `Picture ${name}`);
  if (kind.startsWith("image/")) return h("img", { src, alt: "Picture", width: 180, height: 135 });
  return h("a.words.file", { href: src, download: name }, name);
}

class DemoPhone extends HTMLElement {
  connectedCallback() {
    this.number = null;
    this.picture = null; // one of the ready ones
    this.seen = {};
    this.people = h("div.people", { role: "group", label: "Whose phone" });
    this.log = h("div.bubbles", { role: "log", label: "Texts", tabindex: 0 });
    this.clip = h("button.clip", { type: "button", "aria-pressed": false, "aria-haspopup": "menu", label: "Attach a picture", title: "Attach a picture", onclick: () => this.offer() });
    this.quick = h("div.quick", { role: "group", label: "Quick replies" }, QUICK.map((words) => h("button", { onclick: () => this.text(words) }, words)));
    this.thumb = h("img.attached", { alt: "", width: 44, height: 33, hidden: true });
    this.box = composer({ label: "Text message", placeholder: "Message", before: [this.thumb], after: [this.clip], submit: (text) => this.text(text) });
    this.line = h("p.tiny.soft");
    this.until = h("p.tiny", { role: "status" });
    this.unheard = h("p.tiny.soft", { hidden: true }, "Slack hears of it with the next reply.");
    const act = (path) => () => send(path, { number: this.number });
    this.day = h("button", { "data-act": "day", title: "Since this customer last wrote, 24 hours go by", onclick: act("/phone/day") }, "A day passes");
    this.flow = h("button", { "data-act": "flow", title: "A flow of Glific's hands this customer over to your team", onclick: act("/phone/flow") }, "Flow hands over");
    this.window = h("div.window", { role: "group", label: "WhatsApp" }, this.until, this.unheard, h("div.quick", this.day, this.flow));
    this.time = h("time");
    this.append(
      h("section.pick", h("h2", "Customers"), this.people),
      h("section.frame", h("div.screen",
        h("div.bar", { "aria-hidden": true }, this.time, h("i.island"), h("span.signal")),
        h("header", h("span.face.app"), h("div", h("h2", "Support line"), this.line)),
        this.window, this.log, this.quick, this.box)));
    this.tick = () => (this.time.textContent = clock(now()).replace(/\s?[AP]M/i, ""));
    setInterval(this.tick, 10000);
    rove(this.people, () => this.people.querySelector("[aria-pressed=true]"));
    rove(this.log);
    this.keepLog = stick(this.log);
    store.watch(() => this.draw());
  }

  draw() {
    this.tick();
    const { customers, texts } = store.state;
    this.number ??= customers[0].number;
    const { app, line, until, shut, unheard } = customers.find((one) => one.number === this.number);
    this.line.textContent = `${app} · ${line}`;
    this.window.hidden = app !== "WhatsApp";
    const words = until ? `Takes free text until ${isToday(until) ? "" : "tomorrow "}${clock(until)}` : shut ? "24 hours are over: templates only" : "Takes templates only";
    if (this.until.textContent !== words) this.until.textContent = words;
    this.until.classList.toggle("warn", !until);
    this.unheard.hidden = !unheard;
    this.day.disabled = !until;
    const mine = texts.filter((one) => one.number === this.number);
    this.seen[this.number] = mine.at(-1)?.id;
    const people = customers.map((one) => {
      const last = texts.filter((text) => text.number === one.number).at(-1);
      return { ...one, on: one.number === this.number, fresh: last && !last.mine && last.status !== "failed" && this.seen[one.number] !== last.id };
    });
    patch(this.people, people, (one) => one.number, (one) =>
      h("button", { "aria-pressed": one.on, "data-act": one.number, onclick: () => this.choose(one.number) },
        h("span.seat", face(one.name), one.fresh && h("span.dot", { role: "img", label: "New text" })),
        h("span", h("b", shortName(one.name)), h("span.soft.tiny", one.note))));
    this.log.dataset.empty = `No texts with ${store.nameOf(this.number)} yet. Write the first one below.`;
    const lastOf = (side) => mine.filter((one) => one.mine === side).at(-1)?.id;
    const tells = new Set([lastOf(true), lastOf(false)]);
    const rows = mine.map((one, at) => ({ ...one, tell: tells.has(one.id) || one.status === "failed", tail: mine[at + 1]?.mine !== one.mine }));
    this.keepLog(() => patch(this.log, rows, (one) => one.id, (one) => this.bubble(one)), this.drawn !== this.number);
    this.drawn = this.number;
    this.log.classList.toggle("none", !rows.length);
  }

  bubble(one) {
    return h(`div.bubble.${one.mine ? "out" : "in"}${one.tail ? ".tail" : ""}${one.status === "failed" ? ".failed" : ""}`,
      one.media.map(medium),
      one.body && h("p.words", one.body),
      one.tell && h("p.outcome", [WORDS[one.status], one.why ?? (one.status === "sending" ? "" : clock(one.at))].filter(Boolean).join(" · ")));
  }

  choose(number) {
    this.turn(number);
    document.querySelector("demo-slack").turn(number);
  }

  turn(number) {
    if (this.box.box.value || this.picture) return;
    this.number = number;
    store.draw();
  }

  offer() {
    const none = { words: "Nothing", act: () => this.attach(null) };
    openMenu(this.clip, [{ title: "Attach" }, ...readyItems((one) => this.attach(one), store.state.ready.filter((one) => one.phone)), ...(this.picture ? [null, none] : [])]);
  }

  attach(picture) {
    this.picture = picture;
    this.clip.setAttribute("aria-pressed", !!picture);
    this.thumb.hidden = !picture;
    this.thumb.src = picture && isShown(picture.kind) ? `/ready/${picture.name}` : "mark.svg";
    this.thumb.alt = picture ? `${picture.label}, attached` : "";
    this.box.dataset.full = picture ? "1" : "";
    this.box.refresh();
  }

  async text(words) {
    const { picture } = this;
    this.attach(null);
    const good = await send("/phone/text", { number: this.number, text: words, picture: picture?.name ?? null });
    if (!good) this.attach(picture);
    return good;
  }
}
customElements.define("demo-phone", DemoPhone);
