// The Slack pane: channels and the app's Home, one card per conversation, and the open thread beside them.
import { Clip } from "./attach.js";
import { COMMANDS } from "./commands.js";
import { composer } from "./composer.js";
import { clock, face, focusAgain, h, patch, rove, say, send, shortName, stick } from "./dom.js";
import { Home } from "./home.js";
import { openMenu } from "./menu.js";
import { message } from "./message.js";
import { store } from "./store.js";
import { Workflows } from "./workflows.js";

const HOME = "home";
const WORKFLOWS = "workflows";

const isRoot = (one) => !one.thread_ts || one.thread_ts === one.ts;
const log = (label) => h("div.scroll", { role: "log", label, tabindex: 0 });

class DemoSlack extends HTMLElement {
  connectedCallback() {
    this.thread = null;
    this.seen = {};
    this.dismissed = new Set();
    this.folds = new Map(); // private answers that somebody folded or unfolded, by key
    this.list = log("Channel");
    this.heading = h("h2", "…");
    this.replies = log("Thread");
    this.who = h("h2", "Thread");
    this.clip = new Clip(() => this.filled(this.threadBox, this.clip));
    this.channelClip = new Clip(() => this.filled(this.channelBox, this.channelClip));
    this.channelBox = composer({ label: "Message the channel", placeholder: "Message or /volt", commands: COMMANDS, before: [this.channelClip.row, this.channelClip.picker], after: [this.channelClip.button, this.bolt()], submit: (text) => this.post(text, null, this.channelClip) });
    this.threadBox = composer({ label: "Reply in the thread; what begins with // stays in Slack", placeholder: "Reply", before: [this.clip.row, this.clip.picker], after: [this.clip.button, this.bolt()], submit: (text) => this.post(text, this.thread, this.clip) });
    const back = () => this.enter(store.state.channels[0].id);
    this.home = new Home(back);
    this.workflows = new Workflows(back);
    this.archived = h("p.archived.soft", { hidden: true }, "This channel is archived. It can be read, and nothing can be written in it.");
    this.archive = h("button.btn", { type: "button", "data-act": "archive", hidden: true, onclick: () => this.setArchived() });
    this.append(
      (this.rail = h("nav.rail", { label: "Channels" }, h("h2", "Slack"), (this.channels = h("ul")), h("h2.apps", "Apps"), (this.apps = h("ul")),
        h("p", { id: "you-are" }, "You are"), (this.agents = h("div.agents", { role: "group", "aria-labelledby": "you-are" })))),
      (this.middle = h("section.channel", h("header", this.heading, (this.count = h("span.count", { role: "status" })), this.archive), this.list, this.channelBox, this.archived)),
      (this.side = h("section.thread", { label: "Thread" },
        h("header", h("button.icon.back", { label: "Back to the channel", onclick: () => this.open(null) }, "‹"), this.who,
          h("button.icon.shut", { label: "Close the thread", onclick: () => this.open(null) }, "✕")),
        this.replies, this.threadBox)),
      this.home.section, this.workflows.section);
    this.channelClip.takeDrops(this.middle);
    this.clip.takeDrops(this.side);
    document.addEventListener("go", (event) => this.go(...event.detail));
    this.side.addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && this.open(null));
    rove(this.rail, () => this.rail.querySelector("[aria-current=page]"));
    rove(this.list);
    rove(this.replies);
    this.keepList = stick(this.list);
    this.keepReplies = stick(this.replies);
    store.watch(() => this.draw());
  }

  // The lightning beside a composer: the app's shortcuts that need no message.
  bolt() {
    const items = () => store.state.shortcuts.filter((one) => one.kind === "global").map((one) => ({
      words: one.name, note: one.description, act: () => send("/slack/shortcut", { user: store.agent, callback_id: one.callback_id }),
    }));
    return h("button.bolt", { type: "button", label: "Shortcuts", title: "Shortcuts", "aria-haspopup": "menu", onclick: ({ currentTarget: self }) => openMenu(self, [{ title: "Shortcuts of Volt" }, ...items()]) });
  }

  filled(box, clip) {
    box.dataset.full = clip.files.length ? "1" : "";
    box.refresh();
    box.box.focus();
  }

  // Everything of the channel that the person at the keyboard may see; of private answers the newest is unfolded.
  messages() {
    const all = store.messages(this.channel).filter((one) => !one.deleted && !this.dismissed.has(one.key) && (!one.only_for || one.only_for === store.agent));
    const newest = all.findLast((one) => one.only_for);
    return all.map((one) => (one.only_for ? { ...one, folded: this.folds.get(one.key) ?? one !== newest } : one));
  }

  draw() {
    const state = store.state;
    const seen = store.channelsOf(store.agent);
    if (!seen.some((one) => one.id === this.channel)) this.channel = seen[0].id;
    if (!state.users[store.agent].app) this.at = this.channel;
    const all = this.messages();
    this.names = store.place().names;
    const atHome = this.at === HOME;
    const atWork = this.at === WORKFLOWS;
    this.classList.toggle("at-home", atHome || atWork);
    if (this.thread === null && !this.begun && matchMedia("(min-width: 700px)").matches) this.thread = all.find((one) => one.number)?.ts ?? null;
    this.begun ||= all.length > 0;
    this.drawRail(state);
    this.drawChannel(all);
    this.drawThread(all);
    this.home.draw(atHome);
    this.workflows.draw(atWork);
  }

  drawRail(state) {
    const entry = (look) => (one) => h("li", h("button", { "data-act": one.id, "aria-current": one.on && "page", onclick: () => this.enter(one.id) }, look, h("span", one.name)));
    const aside = [HOME, WORKFLOWS].includes(this.at);
    const seen = store.channelsOf(store.agent);
    const listed = seen.filter((one) => !one.im).map((one) => ({ ...one, on: !aside && one.id === this.channel }));
    patch(this.channels, [...listed.filter((one) => !one.archived), ...listed.filter((one) => one.archived)], (one) => one.id, (one) => {
      const row = entry(h("span.soft", "# "))(one);
      if (one.archived) row.firstChild.lastChild.append(h("span.soft.tiny", "archived"));
      return row;
    });
    const icon = h("span.face.app.small", { "aria-hidden": true });
    const apps = state.users[store.agent].app
      ? [{ id: HOME, name: "Volt", on: this.at === HOME }, ...seen.filter((one) => one.im).map((one) => ({ ...one, name: "Messages", on: !aside && one.id === this.channel })),
        ...(state.steps.length ? [{ id: WORKFLOWS, name: "Workflows", on: this.at === WORKFLOWS }] : [])]
      : [{ install: state.install }];
    patch(this.apps, apps, (one) => one.id ?? "install", (one) => (one.install
      ? h("li", h("a.tiny", { href: one.install, target: "_blank", rel: "noopener", title: "Volt is not installed in this person's workspace" }, "Install Volt…"))
      : entry(one.id === WORKFLOWS ? h("span.face.small", { "aria-hidden": true }, "▸") : icon.cloneNode())(one)));
    patch(this.agents, state.agents.map((id) => ({ ...state.users[id], id, on: id === store.agent })), (one) => one.id, (one) =>
      h("button", { "aria-pressed": one.on, "data-act": one.id, title: `${one.name}. ${one.meaning}`, onclick: () => store.be(one.id) },
        face(one.name, ".small"), h("span", one.name.split(" ")[0], h("span.soft.tiny", one.word)), one.on && h("span.dot")));
  }

  drawChannel(all) {
    const roots = all.filter(isRoot);
    const cards = roots.map((root) => {
      const replies = all.filter((one) => one.thread_ts === root.ts && one.ts !== root.ts && !one.only_for);
      const last = replies.at(-1);
      const open = root.ts === this.thread;
      if (open && last) this.seen[root.ts] = last.ts;
      return { root, replies: replies.length, last: last?.ts, open, fresh: last && last.user !== store.agent && (this.seen[root.ts] ?? "") < last.ts };
    });
    const { shared, im, archived, made } = store.state.channels.find((one) => one.id === this.channel);
    const tag = !im && shared ? h("span.tag", { title: `Shared with ${shared}` }, "shared") : "";
    this.heading.replaceChildren(im ? "Volt" : `# ${this.names[this.channel]}`, tag);
    this.list.dataset.empty = im ? "Write to Volt here, or give it a CSV file with contacts." : "No conversations yet. The first text from a phone opens one.";
    this.archive.hidden = !made;
    this.archive.textContent = archived ? "Unarchive" : "Archive";
    this.channelBox.hidden = archived;
    this.archived.hidden = !archived;
    this.channelBox.box.placeholder = im ? "Message Volt" : "Message or /volt";
    const threads = roots.filter((root) => root.number).length;
    const down = store.state.faults.slack_down;
    this.count.hidden = im || made;
    this.count.textContent = down ? "down for the bot" : threads === 1 ? "1 conversation" : `${threads} conversations`;
    this.count.classList.toggle("warn", down);
    this.keepList(() => patch(this.list, cards, (card) => card.root.key, (card) => this.card(card)), this.listed !== this.channel);
    this.listed = this.channel;
    this.list.classList.toggle("none", !cards.length);
  }

  card({ root, replies, last, open, fresh }) {
    const foot = h("button.replies", { "data-act": `open${root.ts}`, "aria-expanded": open, onclick: () => this.open(root.ts) },
      fresh && h("span.dot", { role: "img", label: "New" }), replies ? `${replies} ${replies === 1 ? "reply" : "replies"}` : "Reply", last && h("span.soft", `last ${clock(last)}`));
    const article = this.message({ ...root, lead: true, inChannel: true, as: store.agent }, !root.only_for && foot);
    article.classList.add("root");
    article.classList.toggle("open", open);
    if (!root.only_for) article.addEventListener("click", (event) => event.target.closest("a, button, textarea, select, input, label") || getSelection().toString() || this.open(root.ts));
    return article;
  }

  drawThread(all) {
    const root = all.find((one) => one.ts === this.thread);
    this.classList.toggle("reading", !!root);
    this.replies.classList.toggle("none", !root);
    this.threadBox.hidden = !root || store.state.channels.find((one) => one.id === this.channel).archived;
    this.who.textContent = root?.number ? store.nameOf(root.number) : "Thread";
    this.threadBox.box.placeholder = root?.number ? `Text ${shortName(store.nameOf(root.number))}` : "Reply";
    const lines = root ? all.filter((one) => [one.ts, one.thread_ts].includes(root.ts)) : [];
    const shown = lines.map((one, at) => {
      const before = lines[at - 1];
      const lead = at < 2 || before.user !== one.user || before.name !== one.name || before.blocks[0]?.type === "context" || before.only_for !== one.only_for || one.ts - before.ts > 300;
      return { ...one, lead, as: store.agent, count: at === 0 && lines.filter((line) => !line.only_for).length - 1 };
    });
    this.keepReplies(() => patch(this.replies, shown, (one) => one.key, (one) => this.message(one)), this.drawn !== this.thread);
    this.drawn = this.thread;
  }

  message(one, foot) {
    return message(one, {
      foot,
      fold: () => { this.folds.set(one.key, !one.folded); store.draw(); },
      dismiss: () => { this.dismissed.add(one.key); store.draw(); },
    });
  }

  async post(text, thread, clip) {
    const { files } = clip;
    clip.show([]);
    const good = await this.say(text, thread, files.map((file) => file.id));
    if (!good) clip.show(files);
    return good;
  }

  // Writes words into the box of the first channel, for somebody to send.
  put(words) {
    this.enter(store.state.channels[0].id);
    this.channelBox.box.value = words;
    this.channelBox.refresh();
    this.channelBox.box.focus();
  }

  // Opens the newest thread of a customer, wherever it is.
  read(number) {
    const root = store.channelsOf(store.agent).flatMap((one) => store.messages(one.id)).findLast((one) => one.number === number && isRoot(one) && !one.deleted);
    if (root) this.go(root.channel, root.ts);
  }

  setArchived() {
    const { archived } = store.state.channels.find((one) => one.id === this.channel);
    return send("/slack/archive", { user: store.agent, channel: this.channel, on: !archived });
  }

  say(text, thread, files = []) {
    const command = /^\/(?!\/)(\S*)\s*([\s\S]*)$/.exec(text);
    if (!command) return send("/slack/say", { user: store.agent, channel: this.channel, thread_ts: thread, text, files });
    if (thread) return say("Slack takes slash commands in the channel, not in a thread. Use the box on the left.");
    if (command[1] !== "volt") return say(`There is no command /${command[1]} here. Try /volt help.`);
    return send("/slack/command", { user: store.agent, channel: this.channel, text: command[2] });
  }

  enter(channel) {
    this.at = channel;
    if (channel === HOME) this.home.open();
    if ([HOME, WORKFLOWS].includes(channel)) return store.draw();
    this.channel = channel;
    return store.draw();
  }

  // Follows a link into this workspace: to a channel, or to a thread in it.
  go(channel, ts) {
    if (!store.state.channels.some((one) => one.id === channel)) return say("That place is not part of this demo.");
    this.enter(channel);
    return ts && this.open(ts);
  }

  // Opening a thread turns the phone to the same person, so that both ends are in view.
  open(ts) {
    const from = this.thread;
    this.thread = ts;
    store.draw();
    if (ts === null) return from && focusAgain(this.list, `open${from}`);
    const root = store.messages(this.channel).find((one) => one.ts === ts);
    if (root?.number) document.querySelector("demo-phone").turn(root.number);
    if (!matchMedia("(pointer: coarse)").matches) this.threadBox.box.focus();
  }

  // The phone was turned to somebody: open their thread, unless an unfinished reply would be left behind.
  turn(number) {
    const root = this.messages().find((one) => one.number === number && isRoot(one));
    if (!root || this.thread === null || this.threadBox.box.value) return;
    this.thread = root.ts;
    store.draw();
  }
}
customElements.define("demo-slack", DemoSlack);
