// Draws the Block Kit and mrkdwn of this demo as safe elements. A block this page does not know is named, not hidden.
import { clock, h } from "./dom.js";
import { glyph, withGlyphs } from "./emoji.js";

const unescape = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
const mention = (words) => h("span.mention", words);
const link = (url, words) => (/^(https?:|mailto:|tel:)/i.test(url) ? h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, words) : words);

// What stands between < and > in mrkdwn; of the dates only the time of day, in the reader's time zone.
function angle(inner, names) {
  const [head, label] = inner.split(/\|(.*)/s);
  const id = head.slice(1);
  if (["@", "#"].includes(head[0])) return mention(head[0] + (label || names[id] || id));
  const time = /^!date\^(\d+)\^\{time\}$/.exec(head);
  if (time) return h("time", clock(time[1]));
  return link(unescape(head), unescape(label ?? head));
}

const MARKS = /`([^`\n]+)`|<([^<>\n]+)>|(?<![\w*])\*(\S(?:[^*\n]*\S)?)\*(?![\w*])|(?<!\w)_(\S(?:[^_\n]*\S)?)_(?!\w)/g;

// `names` maps the ids of users and channels to their names, here and below.
export function mrkdwn(text, names) {
  const out = [];
  let from = 0;
  for (const { 0: whole, 1: code, 2: inner, 3: bold, 4: italic, index } of text.matchAll(MARKS)) {
    out.push(withGlyphs(unescape(text.slice(from, index))));
    from = index + whole.length;
    if (code) out.push(h("code", unescape(code)));
    else if (inner) out.push(angle(inner, names));
    else if (bold) out.push(h("b", mrkdwn(bold, names)));
    else out.push(h("i", mrkdwn(italic, names)));
  }
  out.push(withGlyphs(unescape(text.slice(from))));
  return out;
}

const words = (object, names) => (object.type === "mrkdwn" ? mrkdwn(object.text, names) : withGlyphs(object.text));

const RICH = {
  text: (one) => (one.style?.bold ? h("b", one.text) : one.text),
  link: (one) => link(one.url, one.text || one.url),
  user: (one, names) => mention(`@${names[one.user_id] ?? one.user_id}`),
  channel: (one, names) => mention(`#${names[one.channel_id] ?? one.channel_id}`),
  broadcast: (one) => mention(`@${one.range}`),
  emoji: (one) => glyph(one.name),
  rich_text_section: (one, names) => h("span", rich(one.elements, names)),
  rich_text_quote: (one, names) => h("blockquote", rich(one.elements, names)),
};
const rich = (elements, names) => elements.map((one) => RICH[one.type]?.(one, names) ?? `[${one.type}]`);

const BLOCKS = {
  section: (one, names) => h("div", words(one.text, names)),
  context: (one, names) => h("div.context", one.elements.map((item) => h("span", words(item, names)))),
  rich_text: (one, names) => h("div", rich(one.elements, names)),
  image: (one) => h("figure", h("img", { src: one.image_url, alt: one.alt_text, loading: "lazy" })),
  actions: (one, names, press) => h("div.actions", one.elements.map((button) =>
    h("button.btn", { "data-act": button.action_id, onclick: (event) => press(button.action_id, event.currentTarget) }, words(button.text)))),
};

// `press(action_id, button)` is called for buttons.
export function blocks(list, names, press) {
  return list.map((one) => BLOCKS[one.type]?.(one, names, press) ?? h("p.context", `[block: ${one.type}]`));
}
