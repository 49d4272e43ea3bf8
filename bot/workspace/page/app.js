// Put the page together: where one is, what is new, what to draw.
import { act, listen, read } from "./api.js";
import { Composer } from "./composer.js";
import { closeModal, modal, modalErrors, toast } from "./dialog.js";
import { avatar, h, icon, redraw } from "./dom.js";
import { blocks } from "./blocks.js";
import { List } from "./list.js";
import { Scene } from "./scene.js";
import { Inspector } from "./inspector.js";
import { sidebar } from "./sidebar.js";
import { members } from "./staff.js";
import "./theme.js";

const at = (id) => document.getElementById(id);
const remembered = (name) => localStorage.getItem(name) || "";

class App {
  drafts = new Map();
  tab = "messages";
  said = [];
  replied = [];
  older = false;
  loading = 0;
  meanwhile = null; // What was told since one set out for where the address says, until one is there.

  constructor() {
    this.scene = new Scene(this);
    this.inspector = new Inspector(at("inspector"), this.scene);
    this.timeline = new List(at("timeline"), this.scene);
    this.replies = new List(at("thread-list"), this.scene, { inThread: true });
    this.write = new Composer(at("channel-composer"), this.scene, { name: "channel", dropZone: at("channel"), onSend: (sent) => this.send(sent, ""), onUp: () => this.timeline.focusLast() });
    this.reply = new Composer(at("thread-composer"), this.scene, { name: "thread", dropZone: at("thread"), onSend: (sent) => this.send(sent, this.scene.thread), onUp: () => this.replies.focusLast() });
    window.addEventListener("hashchange", () => this.arrive());
    document.addEventListener("keydown", (event) => this.key(event));
    setInterval(() => { if (this.scene.overview?.statuses.some((each) => each.loading_messages?.length)) this.draw(); }, 3000);
  }

  where() {
    return Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  }

  go(change) {
    const { person, channel, thread } = { ...this.where(), person: this.scene.me, channel: this.scene.channel, ...change };
    const parts = new URLSearchParams(Object.entries({ person, channel, thread }).filter(([, value]) => value));
    document.body.classList.remove("menu-open");
    if (location.hash.slice(1) === parts.toString()) this.arrive();
    else location.hash = parts.toString();
  }

  // Read where the address says that one is, and show it.
  async arrive() {
    const turn = ++this.loading;
    const asked = this.where();
    this.meanwhile = [];
    try {
      const person = asked.person || remembered("person") || "ben";
      const overview = await read("state", { person });
      if (turn !== this.loading) return;
      const changed = overview.person !== this.scene.me;
      this.keepDrafts();
      this.scene.overview = overview;
      this.scene.me = this.scene.names.me = overview.person;
      localStorage.setItem("person", overview.person);
      if (changed) this.follow();
      await this.enter(asked, turn);
    } catch (error) {
      if (turn === this.loading) this.meanwhile = null;
      toast(error.message);
    }
  }

  async enter(asked, turn) {
    const { scene } = this;
    const known = scene.overview.channels;
    const wanted = (asked.channel || remembered(`channel:${scene.me}`)).toLowerCase();
    const found = known.find((each) => each.id.toLowerCase() === wanted || (each.name && each.name === wanted) || (each.kind === "im" && wanted === "teller"));
    const channel = found || known[0];
    const moved = channel.id !== scene.channel || scene.me !== this.drawnFor;
    scene.channel = channel.id;
    scene.thread = asked.thread && (found || !asked.channel) ? asked.thread : "";
    localStorage.setItem(`channel:${scene.me}`, channel.id);
    this.restoreDrafts(channel); // At once: what is written while the messages come is written here.
    if (moved) { this.tab = asked.tab || "messages"; this.said = []; this.timeline.fresh = true; }
    if (moved && channel.kind === "im") scene.try(() => act("open_home", { person: scene.me, tab: this.tab }));
    const [said, replied] = await Promise.all([this.read(), scene.thread ? this.read(scene.thread).catch(() => null) : null]);
    if (turn !== this.loading) return;
    if (scene.thread && !replied) scene.thread = "";
    this.said = said.messages;
    this.older = said.has_more;
    if (scene.thread !== this.openThread) this.replies.fresh = true;
    this.openThread = scene.thread;
    this.replied = replied?.messages || [];
    this.drawnFor = scene.me;
    for (const told of this.meanwhile) this.take(told); // It may be newer than what has been read.
    this.meanwhile = null;
    this.draw();
    if (scene.overview.modals.length) modal(scene.overview.modals[0], scene);
    document.body.dataset.ready = `${scene.me} ${scene.channel} ${scene.thread}`;
  }

  read(thread = "", before = "") {
    return read("messages", { person: this.scene.me, channel: this.scene.channel, thread_ts: thread, before, limit: thread ? "1000" : "100" });
  }

  async readOlder() {
    const found = await this.scene.try(() => this.read("", this.said[0].ts));
    if (!found) return;
    const height = at("timeline").scrollHeight;
    this.said = [...found.messages, ...this.said];
    this.older = found.has_more;
    this.draw();
    at("timeline").scrollTop += at("timeline").scrollHeight - height;
  }

  follow() {
    this.stop?.();
    let first = true;
    this.stop = listen(this.scene.me, {
      onChange: (told) => this.change(told),
      onHello: () => { document.body.classList.remove("offline"); if (!first) this.arrive(); first = false; },
      onLost: () => document.body.classList.add("offline"),
    });
  }

  change(told) {
    const { scene } = this;
    switch (told.change) {
      case "channels": this.arrive(); return;
      case "view": modal(told.view, scene); return;
      case "view_closed": closeModal(told.view); if (told.below) modal(told.below, scene); return;
      case "view_errors": modalErrors(told.view, told.errors); return;
      case "notice": toast(told.text); return;
    }
    this.meanwhile?.push(told);
    this.take(told);
    if (told.change === "removed" && told.channel === scene.channel && scene.thread === told.ts) this.go({ thread: "" });
    this.draw();
  }

  // Taking the same news twice changes nothing.
  take(told) {
    const { scene } = this;
    const here = told.channel === scene.channel;
    switch (told.change) {
      case "message": {
        const { message } = told;
        const channel = scene.overview.channels.find((each) => each.id === told.channel);
        if (channel && message.ts > (channel.latest || "")) channel.latest = message.ts;
        if (here) this.place(message);
        break;
      }
      case "removed":
        if (here) this.said = this.said.filter((each) => each.ts !== told.ts);
        if (here) this.replied = this.replied.filter((each) => each.ts !== told.ts);
        break;
      case "status": {
        const others = scene.overview.statuses.filter((each) => !(each.channel === told.channel && each.thread_ts === told.thread_ts));
        scene.overview.statuses = told.status ? [...others, { ...told.status, channel: told.channel, thread_ts: told.thread_ts }] : others;
        break;
      }
      case "thread":
        scene.overview.threads = [...scene.overview.threads.filter((each) => !(each.channel === told.channel && each.thread_ts === told.thread.thread_ts)), told.thread];
        break;
      case "bot": scene.overview.bot.connected = told.connected; break;
      case "home": scene.overview.home = told.view; break;
    }
  }

  place(message) {
    const root = message.thread_ts || message.ts;
    const put = (list) => {
      const index = list.findIndex((each) => each.ts === message.ts);
      if (index >= 0) return list.map((each) => (each.ts === message.ts ? message : each));
      return [...list, message].sort((one, other) => (one.ts < other.ts ? -1 : 1));
    };
    if (root === message.ts || message.subtype === "thread_broadcast") this.said = put(this.said);
    if (root === this.scene.thread) this.replied = put(this.replied);
    if (message.user === this.scene.me && message.ts === this.said.at(-1)?.ts) this.timeline.fresh = true;
    if (message.user === this.scene.me && message.ts === this.replied.at(-1)?.ts) this.replies.fresh = true;
  }

  async send({ text, files }, thread) {
    const { me: person, channel } = this.scene;
    if (text.startsWith("/") && /^\/\w/.test(text) && !files.length) {
      await act("command", { person, channel, command: text.trim() });
      return;
    }
    await act("post", { person, channel, text, files, thread_ts: thread });
  }

  keepDrafts() {
    if (!this.scene.channel) return;
    this.drafts.set(`${this.scene.me} ${this.scene.channel}`, this.write.draft());
    if (this.openThread) this.drafts.set(`${this.scene.me} ${this.scene.channel} ${this.openThread}`, this.reply.draft());
  }

  restoreDrafts(channel) {
    const key = `${this.scene.me} ${channel.id}`;
    this.write.restore(this.drafts.get(key), channel.kind === "im" ? "Message Teller" : `Message #${channel.name}`);
    if (this.scene.thread) this.reply.restore(this.drafts.get(`${key} ${this.scene.thread}`), "Reply…");
  }

  lastRead(channel) { return remembered(`read:${this.scene.me}:${channel}`); }

  draw() {
    const { scene } = this;
    const channel = scene.overview.channels.find((each) => each.id === scene.channel);
    const looking = document.visibilityState === "visible" && !this.meanwhile; // Not at what one has left.
    if (looking && channel.latest) localStorage.setItem(`read:${scene.me}:${channel.id}`, channel.latest);
    sidebar(at("sidebar"), scene, scene.channel);
    this.head(channel);
    const home = channel.kind === "im" && this.tab === "home";
    at("home").hidden = !home;
    at("timeline").hidden = at("channel-composer").hidden = home;
    if (home) this.drawHome();
    const older = this.older && h("button", { type: "button", class: "button older", onclick: () => this.readOlder() }, "Show earlier messages");
    this.timeline.show(this.said, { above: older || this.welcome(channel), below: this.prompts("") });
    this.drawThread();
  }

  head(channel) {
    const { scene } = this;
    const direct = channel.kind === "im";
    const tab = (name, label) => h("button", { type: "button", role: "tab", "aria-selected": String(this.tab === name), "data-testid": `tab-${name}`, onclick: () => this.openTab(name) }, label);
    redraw(at("channel-header"), [scene.me, channel, this.tab, scene.everyone], () => [
      h("button", { type: "button", class: "menu-button", "aria-label": "Channels and people", "data-testid": "menu-button", onclick: () => document.body.classList.toggle("menu-open") }, icon("menu")),
      direct ? avatar(scene.person(scene.bot), "small") : icon(channel.kind === "group" ? "lock" : "hash"),
      h("h2", { "data-testid": "channel-title" }, direct ? "Teller" : channel.name),
      direct && h("div", { role: "tablist", class: "tabs" }, tab("messages", "Messages"), tab("home", "Home")),
      h("span", { class: "purpose" }, channel.purpose),
      h("span", { class: "local" }, "Local, not Slack"),
      !direct && h("button", { type: "button", class: "members", "aria-label": `Who is here: ${channel.members.map((each) => scene.person(each).name).join(", ")}`, "data-testid": "members", onclick: () => members(channel, scene) }, channel.members.slice(0, 5).map((each) => avatar(scene.person(each), "small")), h("span", {}, String(channel.members.length))),
    ]);
    at("channel").setAttribute("aria-label", direct ? "Direct messages with Teller" : `#${channel.name}`);
  }

  openTab(name) {
    this.tab = name;
    this.scene.try(() => act("open_home", { person: this.scene.me, tab: name }));
    this.draw();
  }

  drawHome() {
    const view = this.scene.overview.home;
    at("home").replaceChildren(h("div", { class: "home-view text" }, view ? blocks(view.blocks, this.scene.forView(view)) : h("p", { class: "muted" }, "Teller has put nothing here yet.")));
  }

  welcome(channel) {
    const direct = channel.kind === "im";
    const words = direct ? "Ask anything. Answers here may use every channel that you are in." : "Drop a contract here and ask about it with @Teller.";
    return h("div", { class: "welcome" }, h("h3", {}, direct ? "Teller" : `#${channel.name}`), h("p", { class: "muted" }, words));
  }

  prompts(thread) {
    const { scene } = this;
    const found = scene.overview.threads.find((each) => each.channel === scene.channel && each.thread_ts === thread && each.prompts);
    if (!found) return [];
    const ask = (each) => scene.try(() => this.send({ text: each.message, files: [] }, thread));
    return [h("div", { class: "prompts", "data-testid": "prompts" }, found.prompts_title && h("p", { class: "muted" }, found.prompts_title), found.prompts.map((each) => h("button", { type: "button", class: "button", title: each.message, onclick: () => ask(each) }, each.title)))];
  }

  drawThread() {
    const { scene } = this;
    at("thread").hidden = !scene.thread;
    document.body.classList.toggle("thread-open", Boolean(scene.thread));
    if (!scene.thread) return;
    const facts = scene.overview.threads.find((each) => each.channel === scene.channel && each.thread_ts === scene.thread);
    redraw(at("thread-header"), [scene.thread, facts], () => [
      h("h2", { "data-testid": "thread-title" }, facts?.title || "Thread"),
      h("span", { class: "local" }, "Local, not Slack"),
      h("button", { type: "button", "aria-label": "Close thread", title: "Close (Esc)", "data-testid": "thread-close", onclick: () => this.go({ thread: "" }) }, icon("close")),
    ]);
    const status = scene.status(scene.thread);
    this.replies.show(this.replied, { below: [...(status ? [scene.statusLine(status)] : []), ...this.prompts(scene.thread)] });
  }

  focusComposer(inThread) { (inThread ? this.reply : this.write).text.focus(); }

  key(event) {
    if (event.key !== "Escape" || at("dialog").open) return;
    if (document.body.classList.contains("menu-open")) document.body.classList.remove("menu-open");
    else if (this.scene.thread) {
      const root = this.scene.thread;
      this.go({ thread: "" });
      at("timeline").querySelector(`[data-ts="${root}"]`)?.focus();
    }
  }
}

const app = new App();
document.addEventListener("visibilitychange", () => { if (app.scene.overview) app.draw(); });
document.addEventListener("pointerdown", (event) => { if (document.body.classList.contains("menu-open") && !event.target.closest("#sidebar, .menu-button")) document.body.classList.remove("menu-open"); });
app.arrive();
