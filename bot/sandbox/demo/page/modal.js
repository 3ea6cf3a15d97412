// The windows that the app opens over everything: the top one of the person's stack, in one dialog.
import { TAB, ask, focusAgain, h } from "./dom.js";
import { store } from "./store.js";
import { View } from "./view.js";

class DemoModal extends HTMLElement {
  connectedCallback() {
    this.views = new Map(); // by id, so that what lies below keeps what was typed
    this.closing = new Set(); // ids of those that are shut here, and not yet at the other end
    this.heading = h("h2", { id: "modal-title" });
    this.fill = h("div.fill");
    this.foot = h("footer");
    const shut = h("button.icon", { type: "button", label: "Close", onclick: () => this.shut() }, "✕");
    this.form = h("form", { novalidate: true, onsubmit: (event) => { event.preventDefault(); this.submit(); } },
      h("header", h("span.face.app.small", { "aria-hidden": true }), this.heading, shut), this.fill, this.foot);
    this.dialog = h("dialog.modal", { "aria-labelledby": "modal-title", "aria-modal": true }, this.form);
    this.dialog.addEventListener("keydown", (event) => this.stay(event));
    this.dialog.addEventListener("cancel", (event) => { if (event.target === this.dialog) { event.preventDefault(); this.shut(); } });
    this.dialog.addEventListener("close", (event) => event.target === this.dialog && !this.dialog.open && this.top && this.shut());
    // The Escape that shut a window is often pressed twice: nothing else closes by it before something else was done.
    addEventListener("keydown", (event) => {
      if (event.key !== "Escape") this.escaped = false;
      else if (this.escaped && !document.querySelector("dialog[open]")) event.stopPropagation();
      else this.escaped = !!this.top;
    }, true);
    addEventListener("pointerdown", () => (this.escaped = false), true);
    this.append(this.dialog);
    document.addEventListener("go", () => this.top && this.shut());
    store.watch(() => this.draw());
  }

  draw() {
    const all = store.state.windows[store.agent]?.modals[TAB] ?? [];
    for (const id of this.closing) if (!all.some((one) => one.id === id)) this.closing.delete(id);
    const stack = all.filter((one) => !this.closing.has(one.id));
    for (const id of this.views.keys()) if (!stack.some((one) => one.id === id)) this.views.delete(id);
    for (const one of stack) this.take(one);
    const shown = stack.at(-1);
    const before = this.top;
    this.top = shown && this.views.get(shown.id);
    if (!this.top) return this.dialog.open && this.leave();
    this.drawFrame(shown);
    if (!this.dialog.open) {
      this.opener = document.activeElement?.dataset.act;
      this.dialog.showModal();
    }
    if (this.top !== before) {
      this.fill.replaceChildren(this.top.body);
      this.fill.scrollTop = 0;
      (this.top.first() ?? this.foot.querySelector("button")).focus();
    }
    return null;
  }

  // Gives the focus back to what opened the window, also where that was drawn anew meanwhile.
  leave() {
    this.dialog.close();
    if (document.activeElement === document.body) focusAgain(document.querySelector("demo-slack"), this.opener);
  }

  // Tab goes round inside the window.
  stay(event) {
    if (event.key !== "Tab") return;
    const all = [...this.form.querySelectorAll("a[href], button, input:not([hidden]), select, textarea")].filter((one) => one.offsetParent && !one.disabled);
    const from = event.shiftKey ? all[0] : all.at(-1);
    if (document.activeElement !== from) return;
    event.preventDefault();
    (event.shiftKey ? all.at(-1) : all[0]).focus();
  }

  take(one) {
    const print = JSON.stringify({ ...one, state: null });
    const view = this.views.get(one.id);
    if (!view) this.views.set(one.id, Object.assign(new View(one), { print }));
    else if (view.print !== print) {
      view.print = print;
      view.update(one);
    }
  }

  drawFrame(shown) {
    const print = JSON.stringify([shown.id, shown.title, shown.submit, shown.close]);
    if (this.print === print) return;
    this.print = print;
    this.heading.textContent = shown.title?.text ?? "";
    this.foot.replaceChildren(
      h("button.btn", { type: "button", "data-act": "modal-close", onclick: () => this.shut() }, shown.close?.text ?? (shown.submit ? "Cancel" : "Close")),
      ...(shown.submit ? [h("button.btn.primary", { type: "submit", "data-act": "modal-submit" }, shown.submit.text)] : []));
  }

  async submit() {
    const go = this.foot.querySelector("[type=submit]");
    if (!go || go.disabled) return;
    go.disabled = true;
    await this.top.submit();
    go.disabled = false;
  }

  // A window is gone at once, not only when the other end has heard of it; it comes back where that was refused.
  async shut() {
    const { id, agent } = this.top;
    this.closing.add(id);
    this.draw();
    if (!(await ask("/slack/view/close", { user: agent, view_id: id }))) this.closing.delete(id);
  }
}
customElements.define("demo-modal", DemoModal);
