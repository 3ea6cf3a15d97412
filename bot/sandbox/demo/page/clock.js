// The time of day, for the bot, Slack and the phones alike, and a menu that lets it pass.
import { clock, h, now, send } from "./dom.js";
import { openMenu } from "./menu.js";
import { store } from "./store.js";

const MINUTES = [["15 minutes", 15], ["An hour", 60], ["A day", 1440], ["A week", 10080]];

export function minutesTo(hour) {
  const at = new Date(now() * 1000);
  at.setHours(hour, 0, 30, 0);
  if (at / 1000 <= now()) at.setDate(at.getDate() + 1);
  return Math.ceil((at / 1000 - now()) / 60);
}

class DemoClock extends HTMLElement {
  connectedCallback() {
    this.time = h("span");
    this.button = h("button.btn", { type: "button", "data-act": "clock", "aria-haspopup": "menu", onclick: () => this.offer() }, this.time);
    this.append(this.button);
    setInterval(() => this.draw(), 10000);
    store.watch(() => this.draw());
  }

  draw() {
    const at = new Date(now() * 1000);
    this.time.textContent = `${at.toLocaleDateString([], { weekday: "short" })} ${clock(now())}`;
    this.button.title = `${at.toLocaleDateString([], { dateStyle: "full" })}. Let time pass, for everybody`;
  }

  offer() {
    const pass = (minutes) => () => send("/clock", { minutes });
    const items = [...MINUTES, ["Until 9 in the morning", minutesTo(9)], ["Until 6 in the evening", minutesTo(18)]];
    openMenu(this.button, [{ title: "Let time pass" }, ...items.map(([words, minutes]) => ({ words, act: pass(minutes) }))]);
  }
}
customElements.define("demo-clock", DemoClock);
