// The Slack pane: channels, one card per conversation, and the open thread beside them.
import { blocks, mrkdwn } from "./blocks.js";
import { composer } from "./composer.js";
import { clock, face, h, patch, say, send, stick } from "./dom.js";
import { glyph } from "./emoji.js";
import { store } from "./store.js";

const COMMANDS = [
  ["/volt help", "/volt help", "all commands, with examples"],
  ["/volt send ", "/volt send NUMBER TEXT", "text a number"],
  ["/volt open ", "/volt open NUMBER", "open the thread of a number"],
];

const isRoot = (one) => !one.thread_ts || one.thread_ts === one.ts;
const log = (label) => h("div.scroll", { role: "log", label, tabindex: 0 });

class DemoSlack extends HTMLElement {
  connectedCallback() {
    this.thread = null;
    this.seen = {};
    this.dismissed = new Set();
    this.list = log("Channel");
    this.heading = h("h2", "…");
    this.replies = log("Thread");
    this.who = h("h2", "Thread");
    this.channelBox = composer({ label: "Message the channel", placeholder: "Message, or / for commands", commands: COMMANDS, submit: (text) => this.say(text, null) });
    this.threadBox = composer({ label: "Reply in the thread", placeholder: "Reply by text · // keeps it internal", submit: (text) => this.say(text, this.thread) });
    this.append(
      h("nav.rail", { label: "Channels" }, h("h2", "Slack"), (this.channels = h("ul")),
        h("p", { id: "you-are" }, "You are"), (this.agents = h("div.agents", { role: "radiogroup", "aria-labelledby": "you-are" }))),
      h("section.channel", h("header", this.heading, (this.count = h("span.count", { role: "status" }))), this.list, this.channelBox),
      (this.side = h("section.thread", { label: "Thread" },
        h("header", h("button.icon.back", { label: "Back to the channel", onclick: () => this.open(null) }, "‹"), this.who,
          h("button.icon.shut", { label: "Close the thread", onclick: () => this.open(null) }, "✕")),
        this.replies, this.threadBox)));
    this.side.addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && this.open(null));
    this.keepList = stick(this.list);
    this.keepReplies = stick(this.replies);
    store.watch(() => this.draw());
  }

  // Everything of the channel that the person at the keyboard may see.
  messages() {
    return store.messages(this.channel).filter((one) => !one.deleted && !this.dismissed.has(one.key) && (!one.only_for || one.only_for === this.agent));
  }

  draw() {
    const state = store.state;
    this.agent ??= state.agents[0];
    this.channel ??= state.channels[0].id;
    const all = this.messages();
    this.names = Object.fromEntries([...Object.entries(state.users).map(([id, { name }]) => [id, name]), ...state.channels.map(({ id, name }) => [id, name])]);
    if (this.thread === null && !this.begun && matchMedia("(min-width: 700px)").matches) this.thread = all.find((one) => one.number)?.ts ?? null;
    this.begun ||= all.length > 0;
    this.drawRail(state);
    this.drawChannel(all);
    this.drawThread(all);
  }

  drawRail(state) {
    patch(this.channels, state.channels.map((one) => ({ ...one, on: one.id === this.channel })), (one) => one.id, (one) =>
      h("li", h("button", { "data-act": one.id, "aria-current": one.on && "page", onclick: () => this.enter(one.id) }, h("span.soft", "# "), one.name)));
    patch(this.agents, state.agents.map((id) => ({ id, name: this.names[id], on: id === this.agent })), (one) => one.id, (one) =>
      h("button", { role: "radio", "aria-checked": one.on, "data-act": one.id, onclick: () => { this.agent = one.id; this.draw(); } },
        face(one.name, ".small"), h("span", one.name.split(" ")[0]), one.on && h("span.dot")));
  }

  drawChannel(all) {
    const roots = all.filter(isRoot);
    const cards = roots.map((root) => {
      const replies = all.filter((one) => one.thread_ts === root.ts && one.ts !== root.ts && !one.only_for);
      const last = replies.at(-1);
      const open = root.ts === this.thread;
      if (open && last) this.seen[root.ts] = last.ts;
      return { root, replies: replies.length, last: last?.ts, open, fresh: last && last.user !== this.agent && (this.seen[root.ts] ?? "") < last.ts };
    });
    this.heading.textContent = `# ${this.names[this.channel]}`;
    const threads = cards.filter((card) => card.replies).length;
    const down = store.state.faults.slack_down;
    this.count.textContent = down ? "down for the bot" : threads === 1 ? "1 conversation" : `${threads} conversations`;
    this.count.classList.toggle("warn", down);
    this.keepList(() => patch(this.list, cards, (card) => card.root.ts, (card) => this.card(card)));
    this.list.classList.toggle("none", !cards.length);
  }

  card({ root, replies, last, open, fresh }) {
    const foot = h("button.replies", { "data-act": `open${root.ts}`, "aria-expanded": open, onclick: () => this.open(root.ts) },
      fresh && h("span.dot", { role: "img", label: "New" }), replies ? `${replies} ${replies === 1 ? "reply" : "replies"}` : "Reply", last && h("span.soft", `last ${clock(last)}`));
    const article = this.message({ ...root, lead: true, inChannel: true }, !root.only_for && foot);
    article.classList.add("root");
    article.classList.toggle("open", open);
    if (!root.only_for) article.addEventListener("click", (event) => event.target.closest("a, button, textarea") || getSelection().toString() || this.open(root.ts));
    return article;
  }

  drawThread(all) {
    const root = all.find((one) => one.ts === this.thread);
    this.classList.toggle("reading", !!root);
    this.replies.classList.toggle("none", !root);
    this.threadBox.hidden = !root;
    this.who.textContent = root?.number ? store.nameOf(root.number) : "Thread";
    const lines = root ? all.filter((one) => [one.ts, one.thread_ts].includes(root.ts)) : [];
    const shown = lines.map((one, at) => {
      const before = lines[at - 1];
      const lead = at < 2 || before.user !== one.user || before.blocks[0]?.type === "context" || before.only_for !== one.only_for || one.ts - before.ts > 300;
      return { ...one, lead, count: at === 0 && lines.length - 1 };
    });
    this.keepReplies(() => patch(this.replies, shown, (one) => one.key, (one) => this.message(one)), this.drawn !== this.thread);
    this.drawn = this.thread;
  }

  message(one, foot) {
    const name = this.names[one.user];
    const mine = one.user === this.agent && !one.bot && !one.only_for;
    const press = (action_id, button) => {
      button.disabled = true;
      setTimeout(() => (button.disabled = false), 1500);
      send("/slack/press", { user: this.agent, channel: one.channel, ts: one.ts, action_id });
    };
    const body = h("div.body", one.blocks.length ? blocks(one.blocks, this.names, press) : mrkdwn(one.text, this.names),
      one.edited && h("span.soft.tiny", " (edited)"));
    const article = h(`article.msg${one.lead ? ".lead" : ""}${one.only_for ? ".private" : ""}${one.bot ? ".bot" : ""}`,
      one.lead && (one.bot ? h("span.face.app") : face(name)),
      one.only_for && h("p.soft.tiny", "Only visible to you · ", h("button.plain", { onclick: () => { this.dismissed.add(one.key); this.draw(); } }, "Dismiss")),
      one.lead && h("p.by", h("b", name), one.bot && h("span.tag", "APP"), h("time.soft.tiny", clock(one.ts))),
      body, this.reactions(one), foot,
      one.count > 0 && h("p.rule", one.count === 1 ? "1 reply" : `${one.count} replies`));
    if (mine) article.append(h("div.tools",
      h("button.tiny", { "data-act": `edit${one.ts}`, onclick: () => this.edit(one, article, body) }, "Edit"),
      h("button.tiny", { "data-act": `del${one.ts}`, onclick: () => send("/slack/delete", { channel: one.channel, ts: one.ts }) }, "Delete")));
    return article;
  }

  reactions(one) {
    const list = Object.entries(one.reactions).filter(([, users]) => users.length);
    if (!list.length && (one.bot || one.inChannel || one.only_for)) return null;
    return h("div.reactions", list.map(([name, users]) => {
      const words = `${name.replaceAll("_", " ")}, by ${users.map((id) => this.names[id] ?? id).join(", ")}`;
      return h("span.reaction", { role: "img", title: words }, h("span", glyph(name)), h("span.tiny", users.length));
    }));
  }

  edit(one, article, body) {
    const close = () => {
      box.replaceWith(body);
      article.querySelector(`[data-act="edit${one.ts}"]`)?.focus();
    };
    const submit = async (text) => {
      const good = await send("/slack/edit", { channel: one.channel, ts: one.ts, text });
      if (good) close();
      return good;
    };
    const box = composer({ label: "Edit the message", submit });
    box.classList.add("inline");
    box.box.value = one.typed;
    box.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.preventDefault(); close(); } });
    body.replaceWith(box);
    box.refresh();
    box.box.focus();
  }

  say(text, thread) {
    const command = /^\/(?!\/)(\S*)\s*([\s\S]*)$/.exec(text);
    if (!command) return send("/slack/say", { user: this.agent, channel: this.channel, thread_ts: thread, text });
    if (thread) return say("Slack takes slash commands in the channel, not in a thread. Use the box on the left.");
    if (command[1] !== "volt") return say(`There is no command /${command[1]} here. Try /volt help.`);
    return send("/slack/command", { user: this.agent, channel: this.channel, text: command[2] });
  }

  enter(channel) {
    this.channel = channel;
    this.open(null);
  }

  // Opening a thread turns the phone to the same person, so that both ends are in view.
  open(ts) {
    const from = this.thread;
    this.thread = ts;
    this.draw();
    if (ts === null) return from && this.list.querySelector(`[data-act="open${from}"]`)?.focus();
    const root = store.messages(this.channel).find((one) => one.ts === ts);
    if (root?.number) document.querySelector("demo-phone").turn(root.number);
    if (!matchMedia("(pointer: coarse)").matches) this.threadBox.box.focus();
  }

  // The phone was turned to somebody: open their thread, unless an unfinished reply would be left behind.
  turn(number) {
    const root = this.messages().find((one) => one.number === number && isRoot(one));
    if (!root || this.thread === null || this.threadBox.box.value) return;
    this.thread = root.ts;
    this.draw();
  }
}
customElements.define("demo-slack", DemoSlack);
