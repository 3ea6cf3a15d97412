// One message: its author, its blocks, files and reactions, and the menu of what can be done with it.
import { isShown } from "./attach.js";
import { blocks, picture } from "./blocks.js";
import { composer } from "./composer.js";
import { ask, clock, face, h, send } from "./dom.js";
import { glyph } from "./emoji.js";
import { openMenu } from "./menu.js";
import { mrkdwn } from "./mrkdwn.js";
import { store } from "./store.js";

const TAKE_BACK = "leftwards_arrow_with_hook";

// What can be done in the blocks of a message. Nothing is typed into messages for long, so nothing is kept.
function placeOf(one) {
  const where = { user: store.agent, channel: one.channel, ts: one.ts };
  return {
    ...store.place(),
    get: () => undefined,
    set: () => {},
    act: (block, element, value) => send("/slack/press", { ...where, action_id: element.action_id, block: one.blocks.indexOf(block), value }),
    find: (_, element, typed) => ask("/slack/suggest", { ...where, action_id: element.action_id, typed }),
    attach: () => null,
    fileName: (id) => id,
  };
}

const foldable = (one, fold) => h("button.plain", { "data-act": `fold${one.key}`, "aria-expanded": !one.folded, onclick: fold }, "Only visible to you");

// What a message says, in one line.
const gist = (one) => one.text.replace(/[*_~`]|<[^>|]*\|?|>/g, "").split("\n", 1)[0];

// `foot` stands below; fold() and dismiss() fold up and take away an answer that only one person sees.
export function message(one, { foot, fold, dismiss }) {
  const turn = one.only_for && foldable(one, fold);
  const away = h("button.plain", { "data-act": `away${one.key}`, onclick: dismiss }, "Dismiss");
  if (one.folded) return h("article.msg.private", h("p.soft.tiny.folded", turn, h("span", gist(one)), away));
  const place = placeOf(one);
  const name = one.name || place.names[one.user];
  const mark = store.state.users[one.user]?.mark;
  const words = one.blocks.length ? blocks(one.blocks, place) : one.text && h("div", mrkdwn(one.text, place.names));
  const body = h("div.body", words, one.edited && h("span.soft.tiny", " (edited)"));
  const article = h(`article.msg${one.lead ? ".lead" : ""}${one.only_for ? ".private" : ""}${one.bot ? ".bot" : ""}`,
    one.lead && (one.bot && !one.name ? h("span.face.app") : face(name)),
    one.only_for && h("p.soft.tiny", turn, " · ", away),
    one.lead && h("p.by", h("b", name), one.bot ? h("span.tag", "APP") : mark && h("span.tag", mark), h("time.soft.tiny", clock(one.ts))),
    body, one.files.length > 0 && h("div.files", one.files.map(file)), reactions(one, place.names), foot,
    one.count > 0 && h("p.rule", one.count === 1 ? "1 reply" : `${one.count} replies`));
  if (!one.only_for) article.append(tools(one, article, body));
  return article;
}

function file(one) {
  if (isShown(one.kind)) return picture(one.src, one.alt || one.name);
  return h("a.file", { href: one.src, download: one.name }, h("b", one.name), h("span.soft.tiny", one.kind));
}

// What the bot's marks stand for.
const MEANINGS = {
  hourglass_flowing_sand: "Waiting to be sent", outbox_tray: "Sent", white_check_mark: "Delivered", ballot_box_with_check: "Read", x: "Not delivered", grey_question: "Not known whether it arrived",
  double_vertical_bar: "Somebody should look first", [TAKE_BACK]: "Taken back",
};

function reactions(one, names) {
  const list = Object.entries(one.reactions).filter(([, users]) => users.length);
  if (!list.length && (one.bot || one.inChannel || one.only_for)) return null;
  return h("div.reactions", list.map(([name, users]) => {
    const words = `${MEANINGS[name] ?? name.replaceAll("_", " ")}, by ${users.map((id) => names[id] ?? id).join(", ")}`;
    const mine = users.includes(store.agent);
    return h("button.reaction", { "aria-pressed": mine, "data-act": name, label: words, title: words, onclick: () => react(one, name, !mine) }, h("span", glyph(name)), h("span.tiny", users.length));
  }));
}

// What a person is offered to react with: what phones can show as well.
const OFFERED = [["+1", "Thumbs up"], ["heart", "Heart"], ["joy", "Laughing"], ["exclamation", "Exclamation mark"], ["question", "Question mark"], ["-1", "Thumbs down"]];

const react = (one, name, on) => send("/slack/react", { user: store.agent, channel: one.channel, ts: one.ts, name, on });

function tools(one, article, body) {
  const open = ({ currentTarget: self }) => openMenu(self, menuOf(one, article, body, self));
  return h("div.tools", h("button.icon", { "data-act": `more${one.ts}`, label: "What can be done with this message", "aria-haspopup": "menu", onclick: open }, "⋯"));
}

function menuOf(one, article, body, button) {
  const where = { user: store.agent, channel: one.channel, ts: one.ts };
  const isMine = one.user === store.agent && !one.bot;
  const own = isMine
    ? [
        ...(one.thread_ts ? [{ words: `${glyph(TAKE_BACK)} Take back`, note: "while it has not left", act: () => react(one, TAKE_BACK, true) }] : []),
        { words: "Edit message", act: () => edit(one, article, body) },
        { words: "Delete message", act: () => send("/slack/delete", { channel: one.channel, ts: one.ts }) },
      ]
    : [];
  const offers = OFFERED.map(([name, words]) => ({ words: `${glyph(name)} ${words}`, act: () => react(one, name, true) }));
  own.unshift({ words: "React…", act: () => openMenu(button, [{ title: "React" }, ...offers]) });
  const shortcuts = store.state.shortcuts.filter((each) => each.kind === "message");
  const offered = shortcuts.map((each) => ({ words: each.name, note: each.description, act: () => send("/slack/shortcut", { ...where, callback_id: each.callback_id }) }));
  return [...own, ...(offered.length ? [null] : []), ...(offered.length ? [{ title: "Volt" }, ...offered] : [])];
}

function edit(one, article, body) {
  const close = () => {
    box.replaceWith(body);
    article.querySelector(`[data-act="more${one.ts}"]`)?.focus();
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
