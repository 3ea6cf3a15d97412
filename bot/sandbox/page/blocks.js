// Draws Slack's Block Kit and mrkdwn as safe elements. A block this page does not know is named, not hidden.
import { h } from "./dom.js";
import { glyph, withGlyphs } from "./emoji.js";

const SAFE = /^(https?:|mailto:|tel:)/i;
const unescape = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

function link(url, words) {
  if (!SAFE.test(url)) return words;
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, words);
}

const DATE = { dateStyle: "medium" };
const DAY = { weekday: "long" };
function ago(seconds) {
  const past = Math.max(0, Date.now() / 1000 - seconds);
  const [size, unit] = [[86400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]].find(([one]) => past >= one) ?? [1, "second"];
  return new Intl.RelativeTimeFormat([], { numeric: "auto" }).format(-Math.round(past / size), unit);
}

// Slack's <!date^…> tokens, in the reader's time zone.
function date(seconds, format) {
  const at = new Date(seconds * 1000);
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 864e5);
  const pretty = (plain) => ({ 0: "today", 1: "yesterday", "-1": "tomorrow" })[days] ?? plain;
  const as = (options) => at.toLocaleDateString([], options);
  const words = {
    date_num: () => at.toISOString().slice(0, 10),
    date: () => as({ dateStyle: "long" }),
    date_short: () => as(DATE),
    date_long: () => as({ dateStyle: "full" }),
    date_pretty: () => pretty(as({ dateStyle: "long" })),
    date_short_pretty: () => pretty(as(DATE)),
    date_long_pretty: () => pretty(as({ dateStyle: "full" })),
    day: () => as(DAY),
    time: () => at.toLocaleTimeString([], { hour: "numeric", minute: "2-digit" }),
    time_secs: () => at.toLocaleTimeString([], { hour: "numeric", minute: "2-digit", second: "2-digit" }),
    ago: () => ago(seconds),
  };
  return format.replace(/\{(\w+)\}/g, (token, name) => words[name]?.() ?? token);
}

// What stands between < and > in mrkdwn.
function angle(inner, names) {
  const [head, label] = inner.split(/\|(.*)/s);
  if (head[0] === "@") return h("span", { class: "mention" }, `@${label ?? names[head.slice(1)] ?? head.slice(1)}`);
  if (head[0] === "#") return h("span", { class: "mention" }, `#${label || names[head.slice(1)] || head.slice(1)}`);
  const when = /^!date\^(\d+)\^([^^]*)(?:\^(.*))?$/.exec(head);
  if (when) return when[3] ? link(when[3], date(+when[1], when[2])) : h("time", {}, date(+when[1], when[2]));
  if (head[0] === "!") return h("span", { class: "mention" }, label ?? `@${head.slice(1).split("^")[0]}`);
  return link(unescape(head), unescape(label ?? head.replace(/^(mailto|tel):/, "")));
}

const MARKS = /```([\s\S]+?)```|`([^`\n]+)`|<([^<>\n]+)>|(?<![\w*])\*(\S(?:[^*\n]*\S)?)\*(?![\w*])|(?<![\w_])_(\S(?:[^_\n]*\S)?)_(?![\w_])|(?<![\w~])~(\S(?:[^~\n]*\S)?)~(?![\w~])/g;

function inline(text, names) {
  const out = [];
  let from = 0;
  for (const found of text.matchAll(MARKS)) {
    out.push(withGlyphs(unescape(text.slice(from, found.index))));
    from = found.index + found[0].length;
    const [, pre, code, inner, bold, italic, strike] = found;
    if (pre) out.push(h("pre", {}, unescape(pre.replace(/^\n|\n$/g, ""))));
    else if (code) out.push(h("code", {}, unescape(code)));
    else if (inner) out.push(angle(inner, names));
    else if (bold) out.push(h("b", {}, inline(bold, names)));
    else if (italic) out.push(h("i", {}, inline(italic, names)));
    else out.push(h("s", {}, inline(strike, names)));
  }
  out.push(withGlyphs(unescape(text.slice(from))));
  return out;
}

// mrkdwn: lines that start with > become one quote; everything else keeps its line breaks.
export function mrkdwn(text, names) {
  const parts = [];
  for (const run of text.split(/((?:^(?:&gt;|>)[^\n]*(?:\n|$))+)/m)) {
    if (!run) continue;
    if (/^(&gt;|>)/.test(run)) parts.push(h("blockquote", {}, inline(run.replace(/^(&gt;|>) ?/gm, "").replace(/\n$/, ""), names)));
    else parts.push(inline(run, names));
  }
  return parts;
}

const plain = (object, names) => (object?.type === "mrkdwn" ? mrkdwn(object.text, names) : [withGlyphs(object?.text ?? "")]);

function styled(node, style) {
  for (const [name, tag] of [["code", "code"], ["strike", "s"], ["italic", "i"], ["bold", "b"]]) if (style?.[name]) node = h(tag, {}, node);
  return node;
}

const RICH = {
  text: (one) => styled(one.text, one.style),
  link: (one) => styled(link(one.url, one.text || one.url), one.style),
  user: (one, names) => h("span", { class: "mention" }, `@${names[one.user_id] ?? one.user_id}`),
  usergroup: (one) => h("span", { class: "mention" }, `@${one.usergroup_id}`),
  channel: (one, names) => h("span", { class: "mention" }, `#${names[one.channel_id] ?? one.channel_id}`),
  broadcast: (one) => h("span", { class: "mention" }, `@${one.range}`),
  emoji: (one) => (one.unicode ? String.fromCodePoint(...one.unicode.split("-").map((hex) => parseInt(hex, 16))) : glyph(one.name)),
  date: (one) => h("time", {}, date(one.timestamp, one.format)),
  color: (one) => one.value,
  rich_text_section: (one, names) => h("span", {}, rich(one.elements, names)),
  rich_text_quote: (one, names) => h("blockquote", {}, rich(one.elements, names)),
  rich_text_preformatted: (one, names) => h("pre", {}, rich(one.elements, names)),
  rich_text_list: (one, names) =>
    h(one.style === "ordered" ? "ol" : "ul", { class: `in${one.indent ?? 0}`, start: (one.offset ?? 0) + 1 }, one.elements.map((item) => h("li", {}, rich(item.elements, names)))),
};
const rich = (elements, names) => (elements ?? []).map((one) => RICH[one.type]?.(one, names) ?? `[${one.type}]`);

function button(one, press) {
  const look = `btn ${one.style ?? ""}`;
  if (one.url) return h("a", { class: look, href: SAFE.test(one.url) ? one.url : "#", target: "_blank", rel: "noopener noreferrer" }, withGlyphs(one.text.text));
  const ask = () => !one.confirm || confirm([one.confirm.title?.text, one.confirm.text?.text].filter(Boolean).join("\n\n"));
  return h("button", { class: look, type: "button", "data-act": one.action_id, onclick: (event) => ask() && press(one.action_id, event.currentTarget) }, withGlyphs(one.text.text));
}

function menu(one, press) {
  const first = h("option", { value: "" }, one.placeholder?.text ?? "More…");
  const choose = (event) => { press(one.action_id, event.target, event.target.value); event.target.value = ""; };
  return h("select", { class: "btn", "aria-label": first.textContent, "data-act": one.action_id, onchange: choose }, first, one.options.map((option) => h("option", { value: option.value }, option.text.text)));
}

function control(one, press) {
  if (one.type === "button") return button(one, press);
  if (one.options) return menu(one, press);
  if (one.type === "image") return h("img", { class: "thumb", src: one.image_url, alt: one.alt_text, width: 20, height: 20 });
  return h("span", { class: "context" }, `[${one.type}]`);
}

const BLOCKS = {
  header: (one, names) => h("h4", {}, plain(one.text, names)),
  divider: () => h("hr", {}),
  context: (one, names) => h("div", { class: "context" }, one.elements.map((item) => (item.type === "image" ? control(item) : h("span", {}, plain(item, names))))),
  actions: (one, names, press) => h("div", { class: "actions" }, one.elements.map((item) => control(item, press))),
  rich_text: (one, names) => h("div", {}, rich(one.elements, names)),
  image: (one) => h("figure", {}, one.title && h("figcaption", {}, one.title.text), h("img", { src: one.image_url ?? one.slack_file?.url, alt: one.alt_text ?? "", loading: "lazy" })),
  section: (one, names, press) =>
    h("div", { class: "section" },
      h("div", {}, one.text && h("div", {}, plain(one.text, names)), one.fields && h("div", { class: "fields" }, one.fields.map((field) => h("div", {}, plain(field, names))))),
      one.accessory && control(one.accessory, press)),
};

// `names` maps user and channel ids to names; `press(action_id, control, value)` is called for buttons and menus.
export function blocks(list, names, press) {
  return list.map((one) => BLOCKS[one.type]?.(one, names, press) ?? h("p", { class: "context" }, `[block: ${one.type}]`));
}
