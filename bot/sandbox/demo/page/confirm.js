// Asks "are you sure?" where an element wants it, and resolves to true or false.
import { h } from "./dom.js";
import { words } from "./mrkdwn.js";

export function confirmed(asked, from, names) {
  const dialog = h("dialog.modal.small-modal", { "aria-labelledby": "sure", "aria-modal": true },
    h("form", { method: "dialog" },
      h("header", h("h2", { id: "sure" }, asked.title.text)),
      h("div.fill", words(asked.text, names)),
      h("footer", h("button.btn", { value: "no", autofocus: true }, asked.deny.text), h(`button.btn.${asked.style ?? "primary"}`, { value: "yes" }, asked.confirm.text))));
  (from.closest("dialog") ?? document.body).append(dialog);
  dialog.showModal();
  return new Promise((done) => dialog.addEventListener("close", () => {
    done(dialog.returnValue === "yes");
    dialog.remove();
    from.focus();
  }));
}
