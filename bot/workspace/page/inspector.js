// What went over the wire: what Slack told the bot, what the bot called, and how long each took.
import { read } from "./api.js";
import { h, icon } from "./dom.js";

const EVERY = 1000; // Milliseconds between looks while the panel is open.
const KINDS = { all: () => true, out: (note) => note.direction === "out", in: (note) => note.direction === "in", failed: (note) => failed(note) };
const LABELS = { all: "Everything", out: "To the bot", in: "From the bot", failed: "What went wrong" };
const failed = (note) => note.ok === false || Boolean(note.error) || (note.status || 0) >= 400 || note.kind === "gave_up" || note.kind === "http_failed";

export class Inspector {
  constructor(root, scene) {
    Object.assign(this, { root, scene, kind: "all", drawn: new Map(), open: false });
    this.list = h("ol", { class: "traffic", "data-testid": "traffic", tabindex: -1 });
    this.sum = h("p", { class: "muted sum", "data-testid": "traffic-sum" });
    const pick = h("select", { "aria-label": "Which calls", class: "button small", "data-testid": "traffic-kind", onchange: (event) => { this.kind = event.target.value; this.look(); } }, Object.entries(LABELS).map(([value, label]) => h("option", { value }, label)));
    root.replaceChildren(
      h("header", {}, h("h2", {}, "Traffic"), h("span", { class: "local" }, "Local, not Slack"), pick, h("button", { type: "button", class: "icon-button", "aria-label": "Close traffic", "data-testid": "inspector-close", onclick: () => this.toggle() }, icon("close"))),
      this.sum,
      this.list,
    );
  }

  toggle() {
    const within = this.root.contains(document.activeElement);
    this.open = !this.open;
    this.root.hidden = !this.open;
    document.body.classList.toggle("inspecting", this.open);
    clearInterval(this.clock);
    // On a narrow page the menu would stand before what it opened, and hides what had the focus.
    if (document.body.classList.contains("menu-open")) {
      document.body.classList.remove("menu-open");
      this.root.querySelector("button").focus();
    }
    if (!this.open) {
      // Whichever of the two is there takes the focus.
      if (within) for (const name of ["menu-button", "inspect"]) document.querySelector(`[data-testid="${name}"]`)?.focus();
      return;
    }
    this.look();
    this.clock = setInterval(() => { if (document.visibilityState === "visible") this.look(); }, EVERY);
  }

  async look() {
    const answer = await this.scene.try(() => read("traffic", {}));
    if (!answer) return;
    const shown = answer.traffic.filter(KINDS[this.kind]).slice(-200).reverse();
    const calls = answer.traffic.filter((note) => note.kind === "api");
    const slow = calls.map((note) => note.milliseconds || 0).sort((one, other) => one - other)[Math.floor(calls.length * 0.95)] || 0;
    this.sum.textContent = `${calls.length} calls, 95 % within ${Math.max(1, Math.round(slow))} ms · ${answer.traffic.length - calls.length} deliveries${answer.early ? ` · ${answer.early} calls came before Retry-After was over` : ""}`;
    const kept = new Map();
    for (const note of shown) {
      const state = JSON.stringify(note);
      const old = this.drawn.get(note.number);
      kept.set(note.number, old?.state === state ? old : { state, element: this.note(note, old) });
    }
    this.drawn = kept;
    this.list.replaceChildren(...(kept.size ? [...kept.values()].map((each) => each.element) : [h("li", { class: "muted none" }, "Nothing yet.")]));
  }

  note(note, old) {
    const name = note.name || note.type || note.kind;
    const time = new Date(note.time * 1000).toLocaleTimeString([], { hourCycle: "h23" });
    const result = failed(note) ? note.error || note.reason || note.kind.replaceAll("_", " ") : note.kind === "api" ? "ok" : note.milliseconds === undefined ? "sent" : "acknowledged";
    const way = note.direction === "in" ? "Teller called" : "Slack sent";
    const detail = h("div", { class: "detail" });
    const open = old?.element.firstElementChild.open;
    const element = h(
      "details",
      { open, ontoggle: (event) => { if (event.target.open && !detail.firstChild) this.fill(detail, note.number); } },
      h(
        "summary",
        {},
        h("span", { class: `way ${note.direction}`, role: "img", "aria-label": way, title: way }, note.direction === "in" ? "←" : "→"),
        h("span", { class: "name" }, name.split(/(?<=[._])/).flatMap((part) => [h("wbr"), part]), note.attempt > 0 && h("span", { class: "muted" }, ` · retry ${note.attempt}`)),
        h("span", { class: `result ${failed(note) ? "bad" : ""}` }, result),
        h("span", { class: "took" }, note.milliseconds === undefined ? "" : `${Math.max(1, Math.round(note.milliseconds))} ms`),
        h("time", { class: "muted" }, time),
      ),
      detail,
    );
    return h("li", { "data-testid": "note", "data-name": name }, element);
  }

  async fill(place, number) {
    const answer = await this.scene.try(() => read("traffic", { number }));
    const note = answer?.traffic[0];
    if (!note) return;
    const part = (label, text) => text && [h("h3", {}, label), h("pre", { tabindex: 0 }, h("code", {}, text))];
    place.replaceChildren(...[part("Sent", note.sent), part("Answered", note.answered)].flat().filter(Boolean));
    if (!place.firstChild) place.append(h("p", { class: "muted" }, "Nothing more is known of it."));
  }
}
