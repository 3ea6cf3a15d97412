// A box to search in and to pick from: one thing, or several that stand beside it and can be taken away again.
import { h } from "./dom.js";

let count = 0;
const known = new Map(); // the words of every option seen, by its value

export function search(one, at, find, least, isMany = false) {
  const id = at.props.id || `search${++count}`;
  let chosen = [at.value ?? []].flat();
  let shown = [];
  let spot = -1;
  let asked = 0;
  for (const option of [one.initial_option, ...(one.initial_options ?? []), ...(one.options ?? [])]) if (option) known.set(option.value, option.text.text);
  const list = h("ul.complete.below", { role: "listbox", id: `${id}-list`, label: "What was found", hidden: true });
  const chips = h("span.chips");
  const box = h("input", { ...at.props, id, type: "text", role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": false, placeholder: one.placeholder?.text ?? "Search" });
  const name = (value) => known.get(value) ?? at.place.names[value] ?? value;

  function tell() {
    chips.replaceChildren(...(isMany ? chosen : []).map((value) =>
      h("button.chip", { type: "button", label: `Remove ${name(value)}`, onclick: () => { chosen = chosen.filter((other) => other !== value); tell(); at.changed([...chosen]); } }, name(value), h("span.soft", " ✕"))));
    if (!isMany) box.value = chosen.length ? name(chosen[0]) : "";
  }
  function draw(rows, words = "") {
    shown = rows.filter((row) => row.value !== undefined);
    spot = shown.length ? 0 : -1;
    let at = -1;
    list.replaceChildren(...rows.map((row) => (row.value === undefined
      ? h("li.soft.tiny", { role: "presentation" }, row.title)
      : h("li", { role: "option", id: `${id}-${++at}`, "aria-selected": at === spot, onmousedown: (event) => { event.preventDefault(); pick(row); } }, h("span.found", row.words), row.note && h("span.soft.tiny", row.note)))),
      ...(words ? [h("li.soft.tiny", { role: "presentation" }, words)] : []));
    list.hidden = !rows.length && !words;
    box.setAttribute("aria-expanded", !list.hidden);
    point();
  }
  function point() {
    [...list.querySelectorAll("[role=option]")].forEach((row, at) => row.setAttribute("aria-selected", at === spot));
    if (spot >= 0) box.setAttribute("aria-activedescendant", `${id}-${spot}`);
    else box.removeAttribute("aria-activedescendant");
    list.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }
  const rowOf = (option) => {
    known.set(option.value, option.text.text);
    return { value: option.value, words: option.text.text, note: option.description?.text };
  };
  async function look() {
    const typed = box.value;
    if (typed.length < least) return draw([], `Type ${least - typed.length} more to search`);
    const turn = ++asked;
    const found = await find(typed);
    if (turn !== asked || document.activeElement !== box) return null;
    const groups = found?.option_groups ?? [{ options: found?.options ?? [] }];
    const rows = groups.flatMap((group) => [...(group.label ? [{ title: group.label.text }] : []), ...group.options.map(rowOf)]);
    return draw(rows, rows.length ? "" : found?.trouble ?? "Nothing found");
  }
  function pick(row) {
    chosen = isMany ? [...new Set([...chosen, row.value])] : [row.value];
    if (isMany) box.value = "";
    tell();
    draw([]);
    at.changed(isMany ? [...chosen] : row.value);
  }
  let waiting;
  box.addEventListener("input", () => {
    if (!isMany && chosen.length) { chosen = []; at.changed(null); }
    clearTimeout(waiting);
    waiting = setTimeout(look, least ? 180 : 0);
  });
  box.addEventListener("focus", () => { if (least === 0 || box.value.length >= least) { box.select(); look(); } });
  box.addEventListener("blur", () => { draw([]); if (!isMany) tell(); else box.value = ""; });
  box.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && shown.length) {
      event.preventDefault();
      spot = (spot + step + shown.length) % shown.length;
      point();
    } else if (event.key === "Enter" && !list.hidden) {
      event.preventDefault();
      if (shown[spot]) pick(shown[spot]);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      draw([]);
    } else if (event.key === "Backspace" && isMany && !box.value && chosen.length) {
      chosen.pop();
      tell();
      at.changed([...chosen]);
    }
  });
  tell();
  return h("div.search", chips, box, list);
}
