// What the page knows: one snapshot, then small changes, all from one EventSource.
import { TOKEN, setAhead, settle } from "./dom.js";

export const store = {
  state: null,
  watchers: [],
  index: new Map(),
  agent: null, // who sits at the keyboard
  drawn: 0,

  watch(draw) {
    this.watchers.push(draw);
    if (this.state) this.draw();
  },

  take(kind, data) {
    if (kind === "state") {
      this.state = data;
      this.agent ??= data.agents[0];
      this.index = new Map(data.messages.map((one) => [one.key, one]));
    } else if (!this.state) return;
    else if (kind === "message") this.index.set(data.key, data);
    else if (kind === "text") put(this.state.texts, data, "id");
    else if (kind === "hop") {
      put(this.state.hops, data, "n");
      if (this.state.hops.length > 200) this.state.hops.shift();
    } else this.state[kind] = data;
    setAhead(this.state.ahead);
    this.drawSoon();
  },

  // However much arrives at once is drawn at once: with the next picture, and in a rush some ten times in a second.
  drawSoon() {
    if (this.due) return;
    this.due = true;
    const now = () => {
      this.due = false;
      this.drawn = performance.now();
      this.draw();
    };
    const rest = this.drawn + 100 - performance.now();
    if (rest > 0 || document.hidden) setTimeout(now, rest);
    else requestAnimationFrame(now);
  },

  draw() {
    for (const draw of this.watchers) draw();
    settle();
  },

  be(agent) {
    this.agent = agent;
    this.draw();
  },

  // The names of people and channels by their ids, and what elements offer of them.
  place() {
    const { users, channels } = this.state;
    const people = Object.entries(users).map(([id, { name }]) => ({ id, name }));
    return { people, channels, names: Object.fromEntries([...people, ...channels].map(({ id, name }) => [id, name])) };
  },

  // The channels that somebody is in, and what else is known of a person.
  channelsOf(agent) {
    return this.state.channels.filter((one) => one.people.includes(agent));
  },

  messages(channel) {
    return [...this.index.values()].filter((one) => one.channel === channel).sort((a, b) => a.ts - b.ts);
  },

  nameOf(number) {
    return this.state.customers.find((one) => one.number === number)?.name ?? number;
  },
};

function put(list, item, key) {
  const at = list.findIndex((one) => one[key] === item[key]);
  if (at < 0) list.push(item);
  else list[at] = item;
}

// The demo was started anew and knows this page no more: its own page takes over, once it can be had.
async function anew() {
  try {
    if ((await fetch("/")).ok) location.reload();
  } catch {
    setTimeout(anew, 1000);
  }
}

// The browser reconnects by itself; each connection begins with a whole new snapshot.
export function connect(onLink) {
  const source = new EventSource(`/stream?${new URLSearchParams({ token: TOKEN })}`);
  for (const kind of ["state", "message", "text", "hop", "bot", "faults", "score", "customers", "windows", "runs", "users", "channels", "ahead"]) source.addEventListener(kind, (event) => store.take(kind, JSON.parse(event.data)));
  source.onopen = () => onLink(true);
  source.onerror = () => {
    onLink(false);
    if (source.readyState === EventSource.CLOSED) setTimeout(anew, 1000);
  };
}
