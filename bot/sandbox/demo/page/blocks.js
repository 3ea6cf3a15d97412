// Draws Block Kit blocks. A block or element this page does not know is named, not hidden.
//
// `place` is where they stand, and what can be done there:
//   names, people, channels       of the workspace
//   get(block, element)           what stands in an element, undefined where nobody touched it
//   set(block, element, value)    … now
//   act(block, element, value)    pressed, picked, or typed where that is reported at once
//   find(block, element, typed)   resolves to what a search found
//   attach(file)                  resolves to { id, name } of a file that was taken
//   errors                        by block_id: what is wrong with it
import { h } from "./dom.js";
import { draw } from "./elements.js";
import { rich, words } from "./mrkdwn.js";

export const fileAt = (file) => file.id ?? /-(F\w+)(?:\/|$)/.exec(file.url ?? "")?.[1];

export function picture(src, alt, look = "img.picture") {
  return h("figure", h(look, { src, alt, loading: "lazy", width: 200, height: 150 }));
}

const BLOCKS = {
  section: (one, place) => h(`div.section${one.accessory ? ".beside" : ""}`,
    h("div.grow", one.text && h("div", words(one.text, place.names)), one.fields && h("div.fields", one.fields.map((field) => h("div", words(field, place.names))))),
    one.accessory && draw(one, one.accessory, place)),
  header: (one, place) => h("h3.head", words(one.text, place.names)),
  divider: () => h("hr"),
  context: (one, place) => h("div.context", one.elements.map((item) =>
    (item.type === "image" ? h("img.tile", { src: item.image_url ?? `/file/${fileAt(item.slack_file)}`, alt: item.alt_text, width: 18, height: 18 }) : h("span", words(item, place.names))))),
  rich_text: (one, place) => h("div", rich(one.elements, place.names)),
  markdown: (one) => h("div", one.text),
  image: (one, place) => h("div", one.title && h("p.soft.tiny", words(one.title, place.names)), picture(one.image_url ?? `/file/${fileAt(one.slack_file)}`, one.alt_text)),
  actions: (one, place) => h("div.actions", one.elements.map((element) => draw(one, element, place))),
  input: input,
};

let count = 0;
function input(one, place) {
  const id = `input${++count}`;
  const wrong = place.errors?.[one.block_id];
  const about = [one.hint && `${id}-hint`, wrong && `${id}-wrong`].filter(Boolean).join(" ");
  const inside = draw(one, one.element, place, { id, label: one.label.text, about, wrong: !!wrong });
  const isGroup = inside.getAttribute("role")?.endsWith("group");
  const label = [one.label.text, one.optional && h("span.soft", " (optional)")];
  return h("div.input", isGroup ? h("p.label", { "aria-hidden": true }, label) : h("label.label", { for: id }, label), inside,
    wrong && h("p.wrong-words", { id: `${id}-wrong` }, wrong), one.hint && h("p.soft.tiny", { id: `${id}-hint` }, words(one.hint, place.names)));
}

export const block = (one, place) => BLOCKS[one.type]?.(one, place) ?? h("p.context", `[block: ${one.type}]`);

export const blocks = (list, place) => list.map((one) => block(one, place));
