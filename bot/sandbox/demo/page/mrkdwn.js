// Draws mrkdwn and rich_text as safe elements, links into this workspace as ways to the thread.
import { clock, h, now } from "./dom.js";
import { glyph, withGlyphs } from "./emoji.js";

const unescape = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
const mention = (words) => h("span.mention", words);

// Where an address leads inside this workspace: [channel, ts of the root]; null for any other address.
export function placeOf(url) {
  const found = /^https:\/\/[\w-]+\.slack\.com\/archives\/(\w+)(?:\/p(\d{10})(\d{6}))?(?:\?(?:.*&)?thread_ts=(\d{10}\.\d{6}))?/.exec(url);
  return found && [found[1], found[4] ?? (found[2] ? `${found[2]}.${found[3]}` : null)];
}

export const goTo = (place) => document.dispatchEvent(new CustomEvent("go", { detail: place }));

export function link(url, words) {
  if (!/^(https?:|mailto:|tel:)/i.test(url)) return words;
  const place = placeOf(url);
  if (place) return h("button.plain", { type: "button", onclick: () => goTo(place) }, words);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, words);
}

const day = (seconds, style) => new Date(seconds * 1000).toLocaleDateString([], style);
const LONG = { weekday: "long", year: "numeric", month: "long", day: "numeric" };
const MIDDLE = { year: "numeric", month: "long", day: "numeric" };
const SHORT = { month: "short", day: "numeric", year: "numeric" };

function ago(seconds) {
  const past = Math.max(0, now() - seconds);
  const [size, unit] = [[86400, "day"], [3600, "hour"], [60, "minute"]].find(([size]) => past >= size) ?? [1, "second"];
  return new Intl.RelativeTimeFormat([], { numeric: "auto" }).format(-Math.floor(past / size), unit);
}

function pretty(seconds, style) {
  const days = Math.round((new Date(now() * 1000).setHours(0, 0, 0, 0) - new Date(seconds * 1000).setHours(0, 0, 0, 0)) / 86400000);
  return { 0: "today", 1: "yesterday", "-1": "tomorrow" }[days] ?? day(seconds, style);
}

const DATES = {
  date_num: (at) => day(at), date: (at) => day(at, MIDDLE), date_short: (at) => day(at, SHORT), date_long: (at) => day(at, LONG),
  date_pretty: (at) => pretty(at, MIDDLE), date_short_pretty: (at) => pretty(at, SHORT), date_long_pretty: (at) => pretty(at, LONG),
  time: clock, time_secs: (at) => new Date(at * 1000).toLocaleTimeString(), ago,
};
const dated = (seconds, form, otherwise) =>
  h("time", { title: new Date(seconds * 1000).toLocaleString() }, form.replace(/\{(\w+)\}/g, (whole, name) => DATES[name]?.(seconds) ?? otherwise ?? whole));

// What stands between < and > in mrkdwn.
function angle(inner, names) {
  const [head, label] = inner.split(/\|(.*)/s);
  const id = head.slice(1);
  if (["@", "#"].includes(head[0])) return mention(head[0] + (label || names[id] || id));
  const date = /^!date\^(\d+)\^([^^]*)/.exec(head);
  if (date) return dated(+date[1], date[2], label);
  if (head[0] === "!") return mention(`@${label || id}`);
  return link(unescape(head), unescape(label ?? head));
}

const MARKS = /```([\s\S]+?)```|`([^`\n]+)`|<([^<>\n]+)>|(?<![\w*])\*(\S(?:[^*\n]*\S)?)\*(?![\w*])|(?<!\w)_(\S(?:[^_\n]*\S)?)_(?!\w)|(?<![\w~])~(\S(?:[^~\n]*\S)?)~(?![\w~])/g;

// `names` maps the ids of users and channels to their names, here and below.
export function mrkdwn(text, names) {
  const out = [];
  let from = 0;
  for (const { 0: whole, 1: block, 2: code, 3: inner, 4: bold, 5: italic, 6: struck, index } of text.matchAll(MARKS)) {
    out.push(withGlyphs(unescape(text.slice(from, index))));
    from = index + whole.length;
    if (block) out.push(h("pre", unescape(block.trim())));
    else if (code) out.push(h("code", unescape(code)));
    else if (inner) out.push(angle(inner, names));
    else if (bold) out.push(h("b", mrkdwn(bold, names)));
    else if (italic) out.push(h("i", mrkdwn(italic, names)));
    else out.push(h("s", mrkdwn(struck, names)));
  }
  out.push(withGlyphs(unescape(text.slice(from))));
  return out;
}

export const words = (object, names) => (object.type === "mrkdwn" ? mrkdwn(object.text, names) : withGlyphs(object.text));

function styled(inner, style = {}) {
  for (const [name, tag] of [["code", "code"], ["bold", "b"], ["italic", "i"], ["strike", "s"]]) if (style[name]) inner = h(tag, inner);
  return inner;
}

const RICH = {
  text: (one) => styled(one.text, one.style),
  link: (one) => styled(link(one.url, one.text || one.url), one.style),
  user: (one, names) => mention(`@${names[one.user_id] ?? one.user_id}`),
  channel: (one, names) => mention(`#${names[one.channel_id] ?? one.channel_id}`),
  broadcast: (one) => mention(`@${one.range}`),
  emoji: (one) => glyph(one.name),
  date: (one) => dated(one.timestamp, one.format, one.fallback),
  rich_text_section: (one, names) => h("span", rich(one.elements, names)),
  rich_text_quote: (one, names) => h("blockquote", rich(one.elements, names)),
  rich_text_preformatted: (one, names) => h("pre", rich(one.elements, names)),
  rich_text_list: (one, names) => h(one.style === "ordered" ? "ol" : "ul.dots", one.elements.map((item) => h("li", rich([item], names)))),
};
export const rich = (elements, names) => elements.map((one) => RICH[one.type]?.(one, names) ?? `[${one.type}]`);
