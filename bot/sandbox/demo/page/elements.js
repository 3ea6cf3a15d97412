// Draws Block Kit elements: what can be pressed, picked and typed. Native controls wherever there is one.
import { readyItems } from "./attach.js";
import { confirmed } from "./confirm.js";
import { h } from "./dom.js";
import { openMenu } from "./menu.js";
import { goTo, placeOf, words } from "./mrkdwn.js";
import { search } from "./search.js";

const first = (one) =>
  one.initial_value ?? one.initial_option?.value ?? one.initial_options?.map((option) => option.value) ?? one.initial_date ?? one.initial_time ??
  one.initial_date_time ?? one.initial_user ?? one.initial_users ?? one.initial_conversation ?? one.initial_conversations ?? one.initial_channel ?? one.initial_channels ?? null;

const isEmpty = (value) => value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length);

// The value of an element that nobody has touched.
export { first as firstValue, isEmpty };

// Where an address leads: to a thread here, or to a page of its own.
function follow(url) {
  const place = placeOf(url);
  if (place) goTo(place);
  else if (/^https?:/i.test(url)) window.open(url, "_blank", "noopener,noreferrer");
}

// `at` is where an element stands: its block, the place, and the label of an input block.
function button(one, at) {
  const press = async ({ currentTarget: self }) => {
    if (self.ariaDisabled === "true" || (one.confirm && !(await confirmed(one.confirm, self, at.place.names)))) return;
    if (one.url) follow(one.url);
    self.ariaDisabled = true; // not `disabled`, which would take the focus away
    await at.act(null);
    setTimeout(() => (self.ariaDisabled = false), 600);
  };
  const look = one.style ? `.${one.style}` : "";
  return h(`button.btn${look}`, { type: "button", "data-act": `${one.action_id}/${one.value ?? ""}`, label: one.accessibility_label ?? false, onclick: press }, words(one.text, {}));
}

function overflow(one, at) {
  const pick = async (option, self) => {
    if (one.confirm && !(await confirmed(one.confirm, self, at.place.names))) return;
    if (option.url) follow(option.url);
    at.act(option.value);
  };
  const open = ({ currentTarget: self }) =>
    openMenu(self, one.options.map((option) => ({ words: option.text.text, note: option.description?.text, act: () => pick(option, self) })));
  return h("button.btn.more", { type: "button", "data-act": one.action_id, label: "More actions", "aria-haspopup": "menu", onclick: open }, "…");
}

const option = (value, text, chosen) => h("option", { value, selected: chosen }, text);

function select(one, at, groups) {
  const now = at.value;
  const all = groups.map(([label, list]) => {
    const made = list.map(([value, text]) => option(value, text, value === now));
    if (!label) return made;
    const group = h("optgroup", made);
    group.label = label;
    return group;
  });
  const box = h("select", { ...at.props, onchange: () => at.changed(box.value || null) }, option("", one.placeholder?.text ?? "Choose one", isEmpty(now)), all);
  return box;
}

const pairs = (options) => options.map((item) => [item.value, item.text.text]);
const groupsOf = (one) => (one.option_groups ? one.option_groups.map((group) => [group.label.text, pairs(group.options)]) : [[null, pairs(one.options ?? [])]]);

const people = (at) => [[null, at.place.people.map(({ id, name }) => [id, name])]];
const channels = (at) => [[null, at.place.channels.map(({ id, name }) => [id, `# ${name}`])]];
const both = (at) => [["Channels", channels(at)[0][1]], ["People", people(at)[0][1]]];
const asOptions = (groups) => groups.flatMap(([, list]) => list.map(([value, text]) => ({ value, text: { text } })));
const among = (groups) => async (typed) => ({ options: asOptions(groups).filter((item) => item.text.text.toLowerCase().includes(typed.toLowerCase())) });

function field(one, at, type, read = (box) => box.value) {
  const box = h("input", { ...at.props, type, placeholder: one.placeholder?.text ?? false, minlength: one.min_length ?? false, maxlength: one.max_length ?? false, min: one.min_value ?? false, max: one.max_value ?? false, step: one.is_decimal_allowed ? "any" : false, oninput: () => at.typed(read(box)), onchange: () => at.settled(read(box)) });
  box.value = at.value ?? "";
  return box;
}

// Typed text is reported with Enter, or while it is typed, where the block asks for that.
function text(one, at, type = "text") {
  const when = one.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const box = one.multiline ? h("textarea", { ...at.props, rows: 4, placeholder: one.placeholder?.text ?? false, maxlength: one.max_length ?? false }) : field(one, at, type);
  box.value = at.value ?? "";
  let waiting;
  box.addEventListener("input", () => {
    at.typed(box.value);
    clearTimeout(waiting);
    if (at.reports && when.includes("on_character_entered")) waiting = setTimeout(() => at.act(box.value), 350);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.shiftKey || !at.reports || !when.includes("on_enter_pressed")) return;
    event.preventDefault();
    at.act(box.value);
  });
  return box;
}

const local = (seconds) => (seconds ? new Date((seconds - new Date(seconds * 1000).getTimezoneOffset() * 60) * 1000).toISOString().slice(0, 16) : "");

function moment(one, at) {
  const read = (box) => (box.value ? Math.floor(new Date(box.value).getTime() / 1000) : null);
  const box = field(one, at, "datetime-local", read);
  box.value = local(at.value);
  return box;
}

function choices(one, at, type) {
  const group = h("div.choices", { ...at.props, role: type === "radio" ? "radiogroup" : "group", label: at.label ?? "Choose" });
  const read = () => {
    const on = [...group.querySelectorAll("input:checked")].map((box) => box.value);
    at.changed(type === "radio" ? on[0] ?? null : on);
  };
  const name = `choice${at.props.id ?? Math.random()}`;
  group.append(...one.options.map((item) => {
    const box = h("input", { type, name, "data-act": `${one.action_id}/${item.value}`, onchange: read });
    box.value = item.value;
    box.checked = type === "radio" ? at.value === item.value : (at.value ?? []).includes(item.value);
    return h("label.choice", box, h("span", words(item.text, at.place.names), item.description && h("span.soft.tiny", words(item.description, at.place.names))));
  }));
  return group;
}

// A file of the viewer's own, or one of the ready ones.
function files(one, at) {
  const most = one.max_files ?? 10;
  const list = h("span.chips");
  const keep = (taken) => {
    at.value = [...new Set([...(at.value ?? []), ...taken.filter(Boolean).map((file) => file.id)])].slice(-most);
    at.changed(at.value);
    tell();
  };
  const tell = () => list.replaceChildren(...(at.value ?? []).map((id) =>
    h("button.chip", { type: "button", label: `Remove ${at.place.fileName(id)}`, onclick: () => { at.value = at.value.filter((other) => other !== id); keep([]); } }, at.place.fileName(id), h("span.soft", " ✕"))));
  const box = h("input", { ...at.props, type: "file", multiple: most > 1, accept: one.filetypes?.map((kind) => `.${kind}`).join(",") ?? false });
  box.addEventListener("change", async () => {
    keep(await Promise.all([...box.files].map((file) => at.place.attach(file))));
    box.value = "";
  });
  const ready = ({ currentTarget: self }) => openMenu(self, readyItems(async (item) => keep([await at.place.attach(item)])));
  tell();
  return h("div.filebox", box, h("button.plain", { type: "button", "aria-haspopup": "menu", onclick: ready }, "Use a ready picture"), list);
}

const ELEMENTS = {
  button, overflow,
  static_select: (one, at) => select(one, at, groupsOf(one)),
  users_select: (one, at) => select(one, at, people(at)),
  channels_select: (one, at) => select(one, at, channels(at)),
  conversations_select: (one, at) => select(one, at, both(at)),
  external_select: (one, at) => search(one, at, at.find, one.min_query_length ?? 3),
  multi_external_select: (one, at) => search(one, at, at.find, one.min_query_length ?? 3, true),
  multi_static_select: (one, at) => search(one, at, among(groupsOf(one)), 0, true),
  multi_users_select: (one, at) => search(one, at, among(people(at)), 0, true),
  multi_channels_select: (one, at) => search(one, at, among(channels(at)), 0, true),
  multi_conversations_select: (one, at) => search(one, at, among(both(at)), 0, true),
  datepicker: (one, at) => field(one, at, "date"),
  timepicker: (one, at) => field(one, at, "time"),
  datetimepicker: moment,
  radio_buttons: (one, at) => choices(one, at, "radio"),
  checkboxes: (one, at) => choices(one, at, "checkbox"),
  plain_text_input: text,
  email_text_input: (one, at) => text(one, at, "email"),
  url_text_input: (one, at) => text(one, at, "url"),
  number_input: (one, at) => text(one, at, "number"),
  file_input: files,
  image: (one) => h("img.thumb", { src: one.image_url ?? `/file/${one.slack_file.id}`, alt: one.alt_text, width: 72, height: 72 }),
};

// `label`: { id, label, about, wrong } of the input block around it.
export function draw(block, one, place, label = {}) {
  const reports = block.type !== "input" || block.dispatch_action;
  const at = { place, reports, label: label.label, value: place.get(block, one) ?? (place.isKept?.(block, one) ? null : first(one)) };
  at.props = { id: label.id ?? false, "data-act": one.action_id, "aria-describedby": label.about || undefined, "aria-invalid": label.wrong || undefined, autofocus: one.focus_on_load ?? false };
  if (!label.id) at.props.label = one.placeholder?.text ?? "Choose";
  at.act = (value) => place.act(block, one, value);
  at.find = (typed) => place.find(block, one, typed);
  at.typed = (value) => place.set(block, one, value);
  at.settled = (value) => reports && one.type !== "plain_text_input" && at.act(value);
  at.changed = (value) => { at.typed(value); if (reports) at.act(value); };
  return ELEMENTS[one.type]?.(one, at) ?? h("span.context", `[element: ${one.type}]`);
}
