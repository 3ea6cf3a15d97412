// Builds and updates elements. Data only ever becomes a text node or an attribute, never markup.

// h("p.soft.tiny", { title: "…" }, "words", [more]); its properties may be left out; what is false is.
export function h(look, ...children) {
  const [tag, ...classes] = look.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  const props = children[0]?.constructor === Object ? children.shift() : {};
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || (value === false && !name.startsWith("aria-"))) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") Object.assign(element.style, value);
    else if (name === "label") element.ariaLabel = value;
    else if (name.startsWith("aria-")) element.setAttribute(name, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child || child === 0));
  return element;
}

// Whether two items say the same. What came over the wire is never changed in place, so most are found to be the very
// same things; only those that are not are compared in full.
function same(a, b) {
  if (a === b) return true;
  if (!a || !b) return false;
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => a[name] === b[name] || (typeof a[name] === "object" && JSON.stringify(a[name]) === JSON.stringify(b[name])));
}

// Keeps the children of `parent` equal to `items`; an element is drawn again only when its item changed.
export function patch(parent, items, keyOf, draw) {
  const have = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  const held = parent.contains(document.activeElement);
  const keys = new Set(items.map((item) => `${keyOf(item)}`));
  for (const [key, child] of have) if (!keys.has(key)) child.remove(); // first, or all that follow would be moved
  let cursor = parent.firstElementChild;
  for (const item of items) {
    const key = `${keyOf(item)}`;
    let element = have.get(key);
    if (!element || !same(element.item, item)) {
      const fresh = draw(item);
      fresh.dataset.key = key;
      if (element) {
        if (cursor === element) cursor = fresh;
        swap(element, fresh);
      }
      element = fresh;
    }
    element.item = item;
    if (cursor === element) cursor = cursor.nextElementSibling;
    else parent.insertBefore(element, cursor);
  }
  if (held && document.activeElement === document.body) takeIn(parent);
}

// Replaces an element and gives the focus back to the control of the same name.
function swap(old, fresh) {
  const held = old.contains(document.activeElement) ? document.activeElement.dataset.act : null;
  old.replaceWith(fresh);
  if (held) [fresh, ...fresh.querySelectorAll("[data-act]")].find((one) => one.dataset.act === held)?.focus();
}

// Where the focus goes when the control that had it is gone: into the answer box beside it, else to the list itself.
function takeIn(list) {
  const box = list.closest("section")?.querySelector(".composer:not([hidden]) textarea");
  const isByHand = matchMedia("(pointer: coarse)").matches; // there a keyboard would rise over half the page
  (box && !isByHand ? box : list.closest("[tabindex]"))?.focus();
}

// Gives the focus back to the control of that name, also where it was drawn anew meanwhile.
export const focusAgain = (place, act) => [...place.querySelectorAll("[data-act]")].findLast((one) => one.dataset.act === act && one.offsetParent)?.focus();

// Makes a list one stop of the Tab key; in it the arrow keys walk. `first` says where they begin.
export function rove(list, first = (all) => all.at(-1)) {
  let now = null;
  const isBox = list.hasAttribute("tabindex");
  const all = () => [...list.querySelectorAll("button, a[href], select")].filter((one) => !one.closest("form, [hidden]"));
  const point = () => {
    const those = all();
    const stop = those.includes(now) ? now : first(those);
    for (const one of those) if (one.tabIndex !== (one === stop ? 0 : -1)) one.tabIndex = one === stop ? 0 : -1;
    if (isBox) list.tabIndex = stop ? -1 : 0;
  };
  list.addEventListener("focusin", ({ target }) => {
    now = target;
    point();
  });
  list.addEventListener("keydown", (event) => {
    const those = all();
    const here = those.indexOf(event.target);
    const next = { ArrowDown: here + 1, ArrowRight: here + 1, ArrowUp: here - 1, ArrowLeft: here - 1, Home: 0, End: those.length - 1 }[event.key];
    if (here < 0 || next === undefined || event.target.localName === "select") return;
    event.preventDefault();
    those[next]?.focus();
  });
  points.push(point);
}
const points = [];

// Keeps a scrolling box at its end while things arrive, unless the reader has scrolled away from it. What is taller
// than the box is shown from its beginning.
export function stick(box) {
  let follows = true;
  let held = []; // where this put it
  const end = () => {
    if (!follows) return;
    const over = Math.max(0, (box.lastElementChild?.offsetHeight ?? 0) + 12 - box.clientHeight);
    box.scrollTo(box.scrollWidth, box.scrollHeight - box.clientHeight - over);
    held = [box.scrollTop, box.scrollLeft];
  };
  const isHeld = () => box.scrollTop === held[0] && box.scrollLeft === held[1];
  const isAtEnd = () => box.scrollHeight - box.scrollTop - box.clientHeight < 40 && box.scrollWidth - box.scrollLeft - box.clientWidth < 60;
  box.addEventListener("scroll", () => { if (box.clientHeight) follows = isHeld() || isAtEnd(); });
  new ResizeObserver(end).observe(box);
  return (change, force) => {
    change();
    follows ||= force;
    ends.add(end);
  };
}

// After everything is drawn: every box that was goes to its end once all are drawn, so that the page is laid out once and not once for each.
const ends = new Set();
export function settle() {
  for (const end of ends) end();
  ends.clear();
  for (const point of points) point();
}

// This page, among those that the same person has open. One that is loaded anew is another one.
export const TAB = crypto.randomUUID();

// What the demo knows its own page by; a new one with every start.
export const TOKEN = document.querySelector("meta[name=demo-token]").content;

// Resolves to what was answered, or to null once the viewer was told why not.
export async function ask(path, body) {
  const isFile = body instanceof Blob;
  const headers = { "Content-Type": isFile ? "application/octet-stream" : "application/json", "X-Demo-Token": TOKEN };
  try {
    const answer = await fetch(path, { method: "POST", headers, body: isFile ? body : JSON.stringify({ tab: TAB, ...body }) });
    const said = await answer.json();
    if (answer.ok) return said;
    say(said.error);
  } catch {
    say("The demo did not answer. Is it still running?");
  }
  return null;
}

// Resolves to true, or to false once the viewer was told why not.
export async function send(path, body) {
  const said = await ask(path, body);
  if (said?.trouble) say(said.trouble);
  return !!said && !said.trouble;
}

// Shows a short word for a while, above a window that is open, and returns false.
let hiding;
export function say(text) {
  const toast = document.getElementById("toast");
  (document.querySelector("dialog[open]") ?? document.body).append(toast);
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => {
    toast.hidden = true;
    document.body.append(toast);
  }, 6000);
  return false;
}

// The time of everybody here, which a viewer can let pass: seconds since 1970.
let ahead = 0;
export const now = () => Date.now() / 1000 + ahead;
export const setAhead = (seconds) => (ahead = seconds);

export const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });

// A person without a name is called by the end of the number.
const isNumber = (name) => /^[(+]/.test(name);
export const shortName = (name) => (isNumber(name) ? name.slice(-4) : name.split(" ")[0]);
const initials = (name) => (isNumber(name) ? name.slice(-2) : name.split(" ").map((word) => word[0]).slice(0, 2).join(""));

export function face(name, extra = "") {
  let hash = 0;
  for (const letter of name) hash = (hash * 47 + letter.codePointAt(0)) % 1009;
  return h(`span.face.tint${hash % 6}${extra}`, { "aria-hidden": true }, initials(name));
}
