// What one person sees and may do; the drawing modules ask it, the app fills it.
import { act, read } from "./api.js";
import { closePanel, confirm, enlarge, menu, toast, write } from "./dialog.js";
import { h, icon } from "./dom.js";
import { plain } from "./mrkdwn.js";

const NOBODY = { id: "", handle: "", name: "Someone", title: "", color: "666666", is_bot: false };
const SLACKBOT = { ...NOBODY, id: "USLACKBOT", name: "Workspace" };

export class Scene {
  overview = null;
  me = "";
  channel = "";
  thread = "";
  version = 0;
  votes = new Map();
  menu = menu;
  toast = toast;
  enlarge = enlarge;
  closePanel = closePanel;

  constructor(app) {
    this.app = app;
    this.names = { me: "", user: (user) => this.person(user).name, channel: (id) => this.overview.channels.find((each) => each.id === id)?.name };
  }

  get everyone() { return this.overview.people; }
  get people() { return this.everyone.filter((each) => !each.deleted); }
  get channels() { return this.overview.channels; }
  get commands() { return this.overview.commands; }
  get bot() { return this.overview.bot.id; }
  get admin() { return this.person(this.me).is_admin; }

  person(user) {
    if (user === "USLACKBOT") return SLACKBOT;
    return this.overview.people.find((each) => each.id === user) || NOBODY;
  }

  // Files are given out to a person, so their address says who asks.
  own(address) {
    const url = new URL(address, location.origin);
    url.protocol = location.protocol;
    url.host = location.host;
    url.searchParams.set("person", this.me);
    return url.href;
  }

  file(id) {
    const known = `/files-pri/${this.overview.team_id}-${id}/picture`;
    for (const said of [...this.app.timeline.messages, ...(this.app.replies?.messages || [])]) {
      const found = said.files?.find((each) => each.id === id);
      if (found) return found.url_private;
    }
    return known;
  }

  shortcuts(kind) { return this.overview.shortcuts.filter((each) => each.kind === kind); }
  run(shortcut, said) { return this.try(() => act("shortcut", { person: this.me, callback_id: shortcut.callback_id, ...(said ? { channel: this.channel, ts: said.ts } : {}) })); }

  // Change who or what there is, and know of it before anything is drawn again.
  change(action, sent) {
    return this.try(async () => {
      const answer = await act(action, { person: this.me, ...sent });
      this.overview = await read("state", { person: this.me });
      return answer;
    });
  }

  go(change) { this.app.go(change); }
  openThread(ts) { this.app.go({ thread: ts }); }
  focusComposer(inThread) { this.app.focusComposer(inThread); }

  async try(work) {
    try {
      return await work();
    } catch (error) {
      toast(error.message);
      return null;
    }
  }

  forMessage(said) {
    return {
      ...this.shared(),
      file: (id) => said.files?.find((each) => each.id === id)?.url_private || this.file(id),
      enlarge,
      voted: (block, action) => this.votes.get(`${said.ts} ${block} ${action}`),
      press: (element, block, value) => this.press(element, block, value, said),
    };
  }

  forView(view, values = () => ({})) {
    const press = async (element, block, value) => {
      if (await this.sure(element)) await this.try(() => act("press", { person: this.me, view: view.id, action_id: element.action_id, block_id: block, value, values: values() }));
    };
    return { ...this.shared(), voted: () => null, press };
  }

  shared() {
    return { names: this.names, people: this.people, channels: this.channels, file: (id) => this.file(id), own: (address) => this.own(address) };
  }

  async sure(element) {
    if (element.confirm) {
      const { title, text, confirm: yes, deny, style } = element.confirm;
      if (!(await confirm(title?.text || "Are you sure?", text?.text || "", yes?.text || "Yes", { danger: style === "danger", cancel: deny?.text || "Cancel" }))) return false;
    }
    if (element.url) window.open(element.url, "_blank", "noopener,noreferrer");
    return true;
  }

  async press(element, block, value, said) {
    if (!(await this.sure(element))) return;
    if (element.type === "feedback_buttons") {
      this.votes.set(`${said.ts} ${block} ${element.action_id}`, value);
      this.app.draw();
    }
    await this.try(() => act("press", { person: this.me, channel: this.channel, ts: said.ts, action_id: element.action_id, block_id: block, value }));
  }

  votesOf(said) {
    return [...this.votes].filter(([key]) => key.startsWith(said.ts)).map(([, value]) => value);
  }

  react(said, name) { return this.try(() => act("react", { person: this.me, channel: this.channel, ts: said.ts, name })); }
  join(channel) { return this.try(async () => { await act("join", { person: this.me, channel: channel.id }); this.go({ channel: channel.id, thread: "" }); }); }
  submit(view, values) { return this.try(() => act("submit", { person: this.me, view: view.id, values })); }
  closeView(view, all = false) { return this.try(() => act("close_view", { person: this.me, view: view.id, all })); }

  async remove(said) {
    const files = said.files?.some((each) => each.mode !== "tombstone") ? " Files posted with it are deleted too." : "";
    if (!said.is_ephemeral && !(await confirm("Delete message", `This cannot be undone.${files}`, "Delete", { danger: true }))) return;
    await this.try(() => act("delete", { person: this.me, channel: this.channel, ts: said.ts }));
  }

  async removeFile(file) {
    if (!(await confirm("Delete file", `${file.name} is deleted everywhere. Teller will forget it.`, "Delete", { danger: true }))) return;
    await this.try(() => act("delete_file", { person: this.me, file: file.id }));
  }

  async edit(said) {
    const typed = plain(said.text.replace(/<@(\w+)>/g, (_, user) => `@${this.person(user).name}`).replace(/<#\w+\|([^>]*)>/g, "#$1").replace(/<(https?:[^>|]+)>/g, "$1"));
    const text = await write("Edit message", typed, "Save");
    if (text?.trim()) await this.try(() => act("edit", { person: this.me, channel: this.channel, ts: said.ts, text }));
  }

  status(thread) {
    const { statuses, threads } = this.overview;
    const here = (each) => each.channel === this.channel && each.thread_ts === thread;
    const told = statuses.find(here);
    if (told) return told;
    const session = threads.find((each) => here(each) && each.session === "processing");
    const growing = thread === this.thread && this.app.replied.some((each) => each.streaming_state === "in_progress");
    return session || growing ? { thread_ts: thread, status: growing ? "is writing" : "is working" } : null;
  }

  statusUnder(said, inThread) {
    const status = this.status(said.ts);
    // In an open thread the line stands below the replies instead.
    if (!status || inThread) return null;
    return this.statusLine(status);
  }

  statusLine(status) {
    const words = status.loading_messages?.length ? status.loading_messages[Math.floor(Date.now() / 3000) % status.loading_messages.length] : status.status;
    const said = words.startsWith("is ") ? `Teller ${words}` : `Teller: ${words}`;
    return h(
      "div",
      { class: "status" },
      h("span", { class: "shimmer", role: "status", "data-testid": "status" }, /[.…!?]$/.test(said) ? said : `${said}…`),
      h("button", { type: "button", class: "button stop", "data-testid": "stop", onclick: () => this.stop(status.thread_ts) }, icon("stop"), "Stop"),
    );
  }

  stop(thread) { return this.try(() => act("stop", { person: this.me, channel: this.channel, thread_ts: thread })); }

  isUnread(channel) {
    if (channel.id === this.channel) return false;
    return (channel.latest || "") > (this.app.lastRead(channel.id) || "");
  }
}
