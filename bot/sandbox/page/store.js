// What the page knows: one snapshot, then small changes, all from one EventSource.

class Store {
  state = null;
  watchers = [];
  index = new Map();
  due = false;

  watch(draw) {
    this.watchers.push(draw);
    if (this.state) draw();
  }

  // Draws once per turn of the event loop, however many changes came in.
  touch() {
    if (this.due) return;
    this.due = true;
    queueMicrotask(() => {
      this.due = false;
      for (const draw of this.watchers) draw();
    });
  }

  take(kind, data) {
    if (kind === "state") {
      this.state = data;
      this.index = new Map(data.messages.map((one) => [one.key, one]));
    } else if (!this.state) return;
    else if (kind === "message") this.index.set(data.key, data);
    else if (kind === "text") put(this.state.texts, data, "id");
    else if (kind === "hop") {
      put(this.state.hops, data, "n");
      if (this.state.hops.length > 200) this.state.hops.shift();
    } else this.state[kind] = data;
    this.touch();
  }

  messages(channel) {
    return [...this.index.values()].filter((one) => one.channel === channel).sort((a, b) => (a.ts < b.ts ? -1 : a.ts > b.ts ? 1 : 0));
  }

  nameOf(number) {
    return this.state.customers.find((one) => one.number === number)?.name ?? number;
  }

  follow(pane, number) {
    document.querySelector(`demo-${pane}`).turn(number);
  }
}

function put(list, item, key) {
  const at = list.findIndex((one) => one[key] === item[key]);
  if (at < 0) list.push(item);
  else list[at] = item;
}

export const store = new Store();

// The browser reconnects by itself; each connection begins with a whole new snapshot.
export function connect(onLink) {
  const source = new EventSource("/stream");
  for (const kind of ["state", "message", "text", "hop", "bot", "faults", "score"]) source.addEventListener(kind, (event) => store.take(kind, JSON.parse(event.data)));
  source.onopen = () => onLink(true);
  source.onerror = () => onLink(false);
}
