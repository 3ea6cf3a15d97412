// Workflows: runs one step of the app as Slack's Workflow Builder would, and shows what each run gave.
import { block } from "./blocks.js";
import { clock, h, patch, send } from "./dom.js";
import { goTo, placeOf } from "./mrkdwn.js";
import { store } from "./store.js";

const ELEMENTS = { "slack#/types/user_id": { type: "users_select" }, integer: { type: "number_input" } };
const STATES = { running: "Running", done: "Done", failed: "Failed" };

export class Workflows {
  constructor(back) {
    this.values = {}; // by input, kept from step to step
    this.steps = h("div.actions", { role: "group", label: "Step" });
    this.fields = h("div.blocks");
    this.about = h("p.soft.tiny");
    this.runs = h("div.runs", { role: "log", label: "Runs" });
    this.form = h("form", { novalidate: true, onsubmit: (event) => { event.preventDefault(); this.run(); } },
      this.about, this.fields, h("button.btn.primary", { type: "submit" }, "Run the step"));
    this.section = h("section.app-home.workflows", { label: "Workflows", hidden: true },
      h("header", h("button.icon.back", { label: "Back to the channel", onclick: back }, "‹"), h("h2", "Workflows"), h("span.soft.tiny", "one step of Volt’s, run by itself")),
      h("div.scroll", { tabindex: 0, role: "region", label: "A step and its runs" }, this.steps, this.form, (this.heading = h("h3", "Runs")), this.runs));
  }

  draw(isShown) {
    this.section.hidden = !isShown;
    if (!isShown) return;
    const { steps, runs } = store.state;
    this.step ??= steps[0];
    patch(this.steps, steps.map((one) => ({ ...one, on: one.id === this.step.id })), (one) => one.id, (one) =>
      h("button.btn", { type: "button", "aria-pressed": one.on, "data-act": one.id, onclick: () => this.choose(one.id) }, one.title));
    if (this.drawn !== this.step.id) this.drawForm();
    patch(this.runs, runs, (one) => one.id, run);
    this.runs.classList.toggle("none", !runs.length);
  }

  drawForm() {
    this.drawn = this.step.id;
    this.about.textContent = this.step.description;
    this.values.to ??= document.querySelector("demo-phone").number;
    this.values.on_behalf_of ??= store.agent;
    const place = { ...store.place(), get: (_, one) => this.values[one.action_id], set: (_, one, value) => (this.values[one.action_id] = value), act: () => {} };
    place.people = store.state.agents.map((id) => ({ id, name: store.state.users[id].name }));
    const order = (one) => (one.is_required ? 0 : 2) + (one.name === "text" ? 1 : 0);
    this.fields.replaceChildren(...[...this.step.inputs].sort((a, b) => order(a) - order(b)).map((one) => block({
      type: "input", optional: !one.is_required, label: { text: one.title }, hint: { type: "plain_text", text: one.description },
      element: { action_id: one.name, ...(ELEMENTS[one.type] ?? { type: "plain_text_input", multiline: one.name === "text" }) },
    }, place)));
  }

  choose(id) {
    this.step = store.state.steps.find((one) => one.id === id);
    store.draw();
  }

  async run() {
    const inputs = Object.fromEntries(this.step.inputs.map(({ name }) => [name, this.values[name] ?? null]));
    if (await send("/slack/workflow", { user: store.agent, step: this.step.id, inputs })) this.heading.scrollIntoView({ block: "start", behavior: "smooth" });
  }
}

function run(one) {
  const state = one.error ? "failed" : one.outputs ? "done" : "running";
  const names = store.place().names;
  const given = one.inputs.map(([title, value]) => `${title}: ${names[value] ?? value}`).join(" · ");
  return h(`article.run.${state}`,
    h("p.by", h("b", one.title), h("span.tag", STATES[state]), h("time.soft.tiny", clock(one.at))),
    h("p.soft.tiny", given),
    one.error && h("p", one.error),
    one.outputs?.length > 0 && h("dl", one.outputs.map(([title, value]) => [h("dt.soft", title), h("dd", output(value))])));
}

function output(value) {
  const place = placeOf(value);
  return place ? h("button.plain", { onclick: () => goTo(place) }, "its thread") : value;
}
