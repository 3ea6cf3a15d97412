// A view of the app, a modal or its Home: drawn again in place when it changes, keeping what was typed and the focus.
import { bring } from "./attach.js";
import { block } from "./blocks.js";
import { ask, h, patch, say } from "./dom.js";
import { firstValue, isEmpty } from "./elements.js";
import { elementsOf, stateValue } from "./states.js";
import { store } from "./store.js";

const NEEDED = "Please complete this required field.";

export class View {
  constructor(view) {
    this.id = view.id;
    this.agent = store.agent;
    this.values = {}; // by block_id and action_id
    this.errors = {};
    this.files = new Map(); // names by id
    this.body = h("div.blocks");
    this.update(view);
  }

  update(view) {
    const before = this.view;
    this.view = view;
    this.keepValues(before);
    this.draw();
  }

  // Takes over what was typed where block, action and kind stayed the same; the rest begins as the app says.
  keepValues(before) {
    const kinds = new Map(before ? [...elementsOf(before.blocks)].map(([block, one]) => [`${block.block_id} ${one.action_id}`, one.type]) : []);
    const values = {};
    for (const [block, one] of elementsOf(this.view.blocks)) {
      const state = this.view.state[block.block_id]?.[one.action_id];
      if (!state) continue;
      const stayed = kinds.get(`${block.block_id} ${one.action_id}`) === one.type;
      const value = stayed ? this.values[block.block_id]?.[one.action_id] : before ? firstValue(one) : stateValue(state);
      (values[block.block_id] ??= {})[one.action_id] = value ?? null;
    }
    this.values = values;
  }

  place() {
    return {
      ...store.place(),
      errors: this.errors,
      isKept: (block, one) => this.values[block.block_id] !== undefined && one.action_id in this.values[block.block_id],
      get: (block, one) => this.values[block.block_id]?.[one.action_id],
      set: (block, one, value) => { (this.values[block.block_id] ??= {})[one.action_id] = value; },
      act: (block, one, value) => this.act("press", { block_id: block.block_id, action_id: one.action_id, value }),
      find: (_, one, typed) => ask("/slack/suggest", { user: this.agent, view_id: this.id, action_id: one.action_id, typed }),
      attach: (file) => this.attach(file),
      fileName: (id) => this.files.get(id) ?? id,
    };
  }

  draw() {
    const held = this.body.contains(document.activeElement) ? document.activeElement : null;
    const [name, from, to] = [held?.dataset.act, caret(held)?.[0], caret(held)?.[1]];
    const items = this.view.blocks.map((one) => ({ one, wrong: this.errors[one.block_id] }));
    patch(this.body, items, ({ one }) => one.block_id, ({ one }) => block(one, this.place()));
    if (!held || (this.body.contains(document.activeElement) && document.activeElement === held)) return;
    const again = [...this.body.querySelectorAll("[data-act]")].find((one) => one.dataset.act === name);
    again?.focus();
    if (from !== undefined && caret(again)) again.setSelectionRange(from, to);
  }

  async act(what, more = {}) {
    this.body.setAttribute("aria-busy", true);
    const said = await ask(`/slack/view/${what}`, { user: this.agent, view_id: this.id, values: this.values, ...more });
    this.body.removeAttribute("aria-busy");
    if (said?.trouble) say(said.trouble);
    return said;
  }

  async submit() {
    const empty = this.view.blocks.filter((one) => one.type === "input" && !one.optional && isEmpty(this.values[one.block_id]?.[one.element.action_id]));
    const said = empty.length ? { errors: Object.fromEntries(empty.map((one) => [one.block_id, NEEDED])) } : await this.act("submit");
    if (!said) return;
    this.errors = said.errors ?? {};
    this.draw();
    this.body.querySelector("[aria-invalid=true], .input:has(.wrong-words) :is(input, select, textarea)")?.focus();
  }

  async attach(file) {
    const taken = await bring(file);
    if (taken) this.files.set(taken.id, taken.name);
    return taken;
  }

  // Where the reader begins: what the app chose, else the first thing to fill in.
  first() {
    return this.body.querySelector("[autofocus]") ?? this.body.querySelector("input:not([type=file]), select, textarea") ?? this.body.querySelector("button");
  }
}

// Where the caret stands; null in what has none.
function caret(box) {
  try {
    return box && typeof box.selectionStart === "number" ? [box.selectionStart, box.selectionEnd] : null;
  } catch {
    return null;
  }
}
