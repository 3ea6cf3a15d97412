// The paper clip of a composer: ready files, or one of the viewer's own; what is attached stands above the box.
import { ask, h } from "./dom.js";
import { openMenu } from "./menu.js";
import { store } from "./store.js";

const FILES = "image/jpeg,image/png,image/gif,image/heic,image/webp,.heic,.webp,.vcf,text/vcard,.csv,text/csv";

// Whether browsers show a picture of this kind.
export const isShown = (kind) => /^image\/(png|jpeg|gif)$/.test(kind);

export const readyItems = (act, list = store.state.ready) => list.map((one) => ({
  words: one.label, image: isShown(one.kind) ? `/ready/${one.name}` : "mark.svg", act: () => act(one),
}));

// Brings along a file of the viewer's own, or a ready one, and resolves to { id, name, kind }; null if it was not taken.
export function bring(file) {
  const isReady = !(file instanceof Blob);
  const query = isReady ? { user: store.agent, ready: file.name } : { user: store.agent, name: file.name };
  return ask(`/slack/file?${new URLSearchParams(query)}`, isReady ? new Blob() : file);
}

// changed() is called when something was attached or taken away; `files` holds what is.
export class Clip {
  constructor(changed) {
    this.files = [];
    this.changed = changed;
    this.row = h("div.attached-row", { hidden: true });
    this.picker = h("input", { type: "file", accept: FILES, multiple: true, hidden: true, label: "Choose a file", onchange: () => this.pick() });
    this.button = h("button.clip", { type: "button", label: "Attach a file", title: "Attach a file", "aria-haspopup": "menu", onclick: () => this.open() });
  }

  open() {
    openMenu(this.button, [{ title: "Attach" }, ...readyItems((one) => this.take(one)), null,
      { words: "A file of your own…", note: "Picture, contact card or CSV", act: () => this.picker.click() }]);
  }

  async pick() {
    for (const file of this.picker.files) await this.take(file);
    this.picker.value = "";
  }

  // Takes what is dropped on a part of the page.
  takeDrops(place) {
    place.addEventListener("dragover", (event) => event.dataTransfer.types.includes("Files") && event.preventDefault());
    place.addEventListener("drop", async (event) => {
      event.preventDefault();
      for (const file of [...event.dataTransfer.files]) await this.take(file);
    });
  }

  async take(file) {
    const taken = await bring(file);
    if (taken) this.show([...this.files, taken]);
  }

  show(files) {
    this.files = files;
    this.row.hidden = !files.length;
    this.row.replaceChildren(...files.map((file) => h("button.chip", { type: "button", label: `Remove ${file.name}`, onclick: () => this.show(files.filter((other) => other !== file)) },
      isShown(file.kind) && h("img", { src: `/file/${file.id}`, alt: "", width: 32, height: 24 }), file.name, h("span.soft", " ✕"))));
    this.changed();
  }
}
