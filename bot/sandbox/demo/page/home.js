// The app's Home, as the person at the keyboard sees it.
import { h, send } from "./dom.js";
import { store } from "./store.js";
import { View } from "./view.js";

const NOTHING = "Volt has not shown anything here yet.";

export class Home {
  constructor(back) {
    this.views = new Map(); // by person
    this.body = h("div.scroll.home", { tabindex: 0, role: "region", label: "Volt's Home" });
    this.section = h("section.app-home", { label: "Volt", hidden: true },
      h("header", h("button.icon.back", { label: "Back to the channel", onclick: back }, "‹"), h("h2", "Volt"), h("span.tag", "APP"), h("span.soft.tiny", "Home")), this.body);
  }

  open() {
    send("/slack/home", { user: store.agent });
  }

  draw(isShown) {
    this.section.hidden = !isShown;
    if (!isShown) return;
    if (this.agent !== store.agent) {
      if (this.agent) this.open();
      this.agent = store.agent;
    }
    const home = store.state.windows[store.agent]?.home;
    const print = JSON.stringify({ ...home, state: null });
    let view = this.views.get(store.agent);
    if (home && view?.id !== home.id) this.views.set(store.agent, (view = new View(home)));
    else if (home && view.print !== print) view.update(home);
    if (view) view.print = print;
    const shown = home ? view.body : (this.none ??= h("p.soft.empty", NOTHING));
    if (this.body.firstChild !== shown) this.body.replaceChildren(shown);
  }
}
