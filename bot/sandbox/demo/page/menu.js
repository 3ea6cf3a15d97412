// A menu that drops from a button: arrow keys, Escape and a click elsewhere work as in any menu.
import { h } from "./dom.js";

let count = 0;

// items: { words, note, act, image }, { title } for a heading, or null for a line between.
export function openMenu(from, items) {
  const menu = h("div.menu", { role: "menu", id: `menu${++count}`, popover: "auto" });
  for (const item of items) menu.append(row(item, menu));
  (from.closest("dialog, .pane") ?? document.body).append(menu);
  menu.addEventListener("keydown", (event) => walk(event, menu));
  menu.addEventListener("toggle", (event) => {
    if (event.newState === "open") return;
    from.setAttribute("aria-expanded", false);
    menu.remove();
    if (document.activeElement === document.body || !document.activeElement) from.focus();
  });
  from.setAttribute("aria-expanded", true);
  menu.showPopover();
  put(menu, from.getBoundingClientRect());
  menu.querySelector("button")?.focus();
}

function row(item, menu) {
  if (!item) return h("hr");
  if (item.title) return h("p.soft.tiny", item.title);
  const choose = () => { menu.hidePopover(); item.act(); };
  return h("button", { role: "menuitem", tabindex: -1, onclick: choose },
    item.image && h("img", { src: item.image, alt: "", width: 40, height: 30 }), h("span", item.words, item.note && h("span.soft.tiny", item.note)));
}

function walk(event, menu) {
  const all = [...menu.querySelectorAll("button")];
  const here = all.indexOf(document.activeElement);
  const next = { ArrowDown: here + 1, ArrowUp: here - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
  if (event.key === "Tab") menu.hidePopover();
  if (next === undefined) return;
  event.preventDefault();
  all[next % all.length].focus();
}

// Below the button, or above it where there is more room; always inside the window.
function put(menu, at) {
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = at.bottom + 4 + height < innerHeight || at.top < height;
  menu.style.top = `${Math.max(8, below ? Math.min(at.bottom + 4, innerHeight - height - 8) : at.top - height - 4)}px`;
  menu.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
}
