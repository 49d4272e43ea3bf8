// A list of messages that is redrawn piece by piece and keeps its place.
import { arrange, day, h } from "./dom.js";
import { message } from "./message.js";

const NEAR = 120; // Pixels from the end that still count as reading the newest.

export class List {
  constructor(root, scene, { inThread = false } = {}) {
    this.root = root;
    this.scene = scene;
    this.inThread = inThread;
    this.messages = [];
    this.drawn = new Map();
    root.addEventListener("keydown", (event) => this.move(event));
    // A picture that arrives late makes the list longer; who was at its end stays there.
    root.addEventListener("scroll", () => {
      if (this.near()) this.atEnd = true;
      else if (root.scrollTop < this.top) this.atEnd = false;
      this.top = root.scrollTop;
    });
    root.addEventListener("load", () => { if (this.atEnd) this.end(); }, true);
  }

  show(messages, { above = null, below = [] } = {}) {
    const atEnd = this.near();
    const focused = document.activeElement?.closest?.(".message")?.dataset.ts;
    const kept = new Map();
    const pieces = above ? [above] : [];
    let before = null;
    for (const said of messages) {
      const fresh = !before || day(before.ts) !== day(said.ts);
      if (fresh && !this.inThread) pieces.push(this.rule(kept, day(said.ts), "day"));
      const compact = !fresh && continues(before, said);
      const state = JSON.stringify([said, compact, this.scene.votesOf(said), this.scene.version]);
      const old = this.drawn.get(said.ts);
      const element = old?.state === state ? old.element : message(said, this.scene, { compact, inThread: this.inThread });
      kept.set(said.ts, { state, element });
      pieces.push(element);
      const status = this.scene.statusUnder(said, this.inThread);
      if (status) pieces.push(status);
      if (this.inThread && said === messages[0] && messages.length > 1) {
        const count = messages.length - 1;
        pieces.push(this.rule(kept, count === 1 ? "1 reply" : `${count} replies`, "day left"));
      }
      before = said;
    }
    this.messages = messages;
    this.drawn = kept;
    arrange(this.root, [...pieces, ...below]);
    if (focused && !this.root.contains(document.activeElement)) kept.get(focused)?.element.focus({ preventScroll: true });
    if (atEnd || this.fresh) this.end();
    this.fresh = false;
  }

  rule(kept, words, look) {
    const element = this.drawn.get(words)?.element || h("div", { class: look }, h("span", {}, words));
    kept.set(words, { element });
    return element;
  }

  near() { return this.root.scrollHeight - this.root.scrollTop - this.root.clientHeight < NEAR; }

  end() {
    this.root.scrollTop = this.root.scrollHeight;
    this.atEnd = true;
  }

  focusLast() {
    [...this.root.querySelectorAll(".message")].at(-1)?.focus();
  }

  move(event) {
    const here = event.target.closest(".message");
    if (!here || event.target !== here) return;
    const all = [...this.root.querySelectorAll(".message")];
    const at = all.indexOf(here);
    const steps = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: all.length - 1 };
    if (event.key in steps) {
      event.preventDefault();
      if (event.key === "ArrowDown" && at === all.length - 1) this.scene.focusComposer(this.inThread);
      else all[Math.max(0, Math.min(all.length - 1, steps[event.key]))].focus();
    } else if (event.key === "Enter" && !this.inThread) {
      event.preventDefault();
      this.scene.openThread(here.dataset.ts);
    }
  }
}

function continues(before, said) {
  const plain = (each) => !each.subtype || each.subtype === "file_share";
  return before.user === said.user && plain(before) && plain(said) && !before.is_ephemeral && !said.is_ephemeral && !before.reply_count && Number(said.ts) - Number(before.ts) < 300;
}
