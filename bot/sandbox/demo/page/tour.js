// Things to try: a short list in the place of the wire. What is underlined does it, or writes it into the box for you.
import { h, send } from "./dom.js";
import { minutesTo } from "./clock.js";
import { store } from "./store.js";

const slack = () => document.querySelector("demo-slack");
const phone = () => document.querySelector("demo-phone");
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

const act = (words, does) => h("button.plain", { type: "button", onclick: does }, words);
const put = (words) => act(words, () => slack().put(words));
const pass = (words, minutes) => act(words, () => send("/clock", { minutes: typeof minutes === "function" ? minutes() : minutes }));
const open = (words, place) => act(words, () => slack().enter(place() ?? "home"));
const thread = (name) => act(`${name}’s thread`, () => slack().read(numberOf(name)));
const writes = (name, does, text) => act(`${name} ${does}`, () => {
  phone().turn(numberOf(name));
  send("/phone/text", { number: numberOf(name), text, picture: null });
});
const numberOf = (name) => store.state.customers.find((one) => one.name.startsWith(name)).number;
const messages = () => store.channelsOf(store.agent).find((one) => one.im)?.id;

const TRIES = [
  ["Nobody waits unseen", () => ["Say ", put("/volt goal 15m"), ", then let ", pass("20 minutes", 20), " pass. The channel is told once who waits."]],
  ["Not now", () => ["In ", thread("Luis"), " choose “…” and ", h("b", "Snooze"), ", until tomorrow. Let it be ", pass("9 in the morning", () => minutesTo(9)), ", and he is back."]],
  ["Out of hours", () => ["Say ", put(`/volt hours mon-fri 9-17 ${zone}`), " and ", put("/volt hours answer We are back at nine."), " Let it be ", pass("6 in the evening", () => minutesTo(18)), ": ", writes("Priya", "writes", "Are you open?"), ", and is answered once."]],
  ["Tags and search", () => ["Say ", put("/volt tag rule vip keyword refund"), ". ", writes("Dana", "asks for a refund", "Can I have a refund?"), ". Then ", put("/volt search tag:vip"), "."]],
  ["A channel of her own", () => ["In ", thread("Dana"), " choose “…”, ", h("b", "More…"), " and ", h("b", "Open a channel"), ". All that is written there is texted, but for what begins with //. Archive it: when ", writes("Dana", "writes", "Hello again"), ", you hear of it."]],
  ["Figures", () => ["In the Home of ", open("Volt", () => "home"), " press ", h("b", "Figures"), "."]],
  ["A workflow that texts", () => ["Say ", put("/volt workflows on"), ", then run ", h("b", "Send a text"), " in ", open("Workflows", () => "workflows"), " with an hour to wait, and answer it on the phone."]],
  ["Contacts by file", () => ["In ", open("Messages", messages), " attach ", h("b", "Contacts (CSV)"), " by the paper clip."]],
  ["Pictures that fit", () => ["In ", thread("Dana"), " attach ", h("b", "Photo of an iPhone (HEIC)"), ". Her phone gets a JPEG."]],
  ["Reactions", () => [writes("Dana", "loves your answer", "Loved “Hi Dana, yes. It is at the front desk until 6 pm.”"), ": it stands under that answer. The other way, choose “⋯” and ", h("b", "React…"), " on a text of hers."]],
];

class DemoTour extends HTMLElement {
  connectedCallback() {
    const button = document.getElementById("tour");
    const shut = h("button.icon", { type: "button", label: "Back to the wire", onclick: () => this.turn(button) }, "✕");
    button.addEventListener("click", () => this.turn(shut));
    this.list = h("ol");
    this.append(h("header", h("h2", "Things to try"), h("span.soft.tiny", "what is underlined does it, or writes it for you"), shut),
      h("div.scroll", { tabindex: 0, role: "group", label: "List of things to try" }, this.list));
  }

  // Takes the place of the wire, or gives it back.
  turn(next) {
    document.body.classList.toggle("touring");
    if (!this.list.firstChild) this.list.append(...TRIES.map(([title, parts]) => h("li", h("b", `${title}.`), " ", parts())));
    next.focus();
  }
}
customElements.define("demo-tour", DemoTour);
