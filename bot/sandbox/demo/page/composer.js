// A text box that sends on Enter, grows up to five lines, and completes slash commands where it is told to.
import { h } from "./dom.js";

let count = 0;

// submit(text) resolves to true when the text was taken; commands is a list of [words to insert, how it looks, what it does].
export function composer({ label, placeholder = label, submit, commands = [], before = [], after = [] }) {
  const id = `composer${++count}`;
  let chosen = 0;
  let shown = [];
  const list = h("ul.complete", { role: "listbox", id: `${id}-list`, label: "Commands", hidden: true });
  const completing = commands.length ? { "aria-controls": list.id, "aria-autocomplete": "list" } : {};
  const box = h("textarea", { rows: 1, label, placeholder, enterkeyhint: "send", autocomplete: "off", ...completing });

  const close = () => draw([]);
  const grow = () => {
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 120)}px`;
    go.disabled = !box.value.trim() && !form.dataset.full;
  };
  function draw(found) {
    shown = found;
    chosen = Math.min(chosen, Math.max(0, shown.length - 1));
    list.hidden = !shown.length;
    list.replaceChildren(...shown.map(([insert, look, does], at) =>
      h("li", { role: "option", id: `${id}-${at}`, "aria-selected": at === chosen, onmousedown: (event) => { event.preventDefault(); pick(insert); } }, h("b", look), h("span", does))));
    if (!commands.length) return;
    if (shown.length) box.setAttribute("aria-activedescendant", `${id}-${chosen}`);
    else box.removeAttribute("aria-activedescendant");
    list.children[chosen]?.scrollIntoView({ block: "nearest" });
  }
  const suggest = () => draw(commands.filter(([insert]) => box.value && insert.startsWith(box.value.toLowerCase()) && insert.trim() !== box.value.trim()));
  function pick(insert) {
    box.value = insert;
    close();
    grow();
    box.focus();
  }
  async function take() {
    const text = box.value.trim();
    if (!text && !form.dataset.full) return;
    close();
    box.value = "";
    grow();
    if (!(await submit(text)) && !box.value) box.value = text;
    grow();
  }
  function key(event) {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (shown.length && step) {
      event.preventDefault();
      chosen = (chosen + step + shown.length) % shown.length;
      draw(shown);
    } else if (shown.length && ["Tab", "Enter"].includes(event.key)) {
      event.preventDefault();
      pick(shown[chosen][0]);
    } else if (shown.length && event.key === "Escape") {
      event.stopPropagation();
      close();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      take();
    }
  }
  box.addEventListener("keydown", key);
  box.addEventListener("input", () => { chosen = 0; suggest(); grow(); });
  box.addEventListener("blur", close);
  const go = h("button.go", { type: "submit", label: "Send", disabled: true });
  const form = h("form.composer", { onsubmit: (event) => { event.preventDefault(); take(); } }, before, list, box, after, go);
  form.box = box;
  form.refresh = grow;
  return form;
}
