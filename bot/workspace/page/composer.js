// Where a person writes: text, files, mentions, commands.
import { upload } from "./api.js";
import { bytes, h, icon } from "./dom.js";

export class Composer {
  constructor(root, scene, { name, dropZone, onSend, onUp }) {
    Object.assign(this, { root, scene, name, onSend, onUp, files: [], sending: false });
    this.choices = [];
    this.text = h("textarea", {
      id: `composer-${name}`,
      rows: 1,
      "data-testid": `composer-${name}`,
      "aria-label": "Message",
      "aria-autocomplete": "list",
      "aria-controls": `suggestions-${name}`,
      oninput: () => this.typed(),
      onkeydown: (event) => this.key(event),
      onpaste: (event) => this.pasted(event),
      onblur: () => setTimeout(() => this.suggest([]), 150),
    });
    this.popup = h("ul", { class: "suggestions", id: `suggestions-${name}`, role: "listbox", hidden: true, "data-testid": `suggestions-${name}` });
    this.chips = h("div", { class: "chips" });
    this.picker = h("input", { type: "file", multiple: true, hidden: true, "data-testid": `file-input-${name}`, onchange: () => { this.add(this.picker.files); this.picker.value = ""; } });
    const button = (test, label, shape, act, kind = "") =>
      h("button", { type: "button", class: kind, title: label, "aria-label": label, "data-testid": `${test}-${name}`, onclick: act }, icon(shape));
    this.sendButton = button("send", "Send", "send", () => this.send(), "send");
    root.replaceChildren(
      h(
        "div",
        { class: "composer" },
        this.popup,
        this.text,
        this.chips,
        h(
          "div",
          { class: "composer-tools" },
          button("attach", "Attach files", "attach", () => this.picker.click()),
          button("mention", "Mention Teller", "mention", () => this.mention()),
          button("shortcuts", "Shortcuts and commands", "spark", (event) => this.shortcuts(event.currentTarget)),
          h("span", { class: "hint" }, "Enter sends · Shift + Enter for a new line"),
          this.sendButton,
          this.picker,
        ),
      ),
    );
    this.accept(dropZone);
    this.typed();
  }

  restore(draft, placeholder) {
    this.text.value = draft?.text || "";
    this.files = draft?.files || [];
    this.text.placeholder = placeholder;
    this.drawChips();
    this.typed();
  }

  draft() {
    return { text: this.text.value, files: this.files };
  }

  typed() {
    this.text.style.height = "auto";
    this.text.style.height = `${Math.min(this.text.scrollHeight, 220)}px`;
    this.sendButton.disabled = !this.text.value.trim() && !this.files.length;
    this.find();
  }

  find() {
    const before = this.text.value.slice(0, this.text.selectionStart);
    const command = before.match(/^\/(\S*)$/);
    const mention = before.match(/(?:^|\s)@(\w*)$/);
    if (command) {
      const found = this.scene.commands.filter((each) => each.name.startsWith(command[0]));
      this.suggest(found.map((each) => ({ label: each.name, help: each.help, insert: `${each.name} `, from: 0 })));
    } else if (mention) {
      const found = this.scene.people.filter((each) => each.name.toLowerCase().startsWith(mention[1].toLowerCase()));
      const order = [...found].sort((one, other) => Number(other.is_bot) - Number(one.is_bot));
      this.suggest(order.map((each) => ({ label: `@${each.name}`, help: each.title, insert: `@${/\s/.test(each.name) ? each.handle : each.name} `, from: before.length - mention[1].length - 1 })));
    } else this.suggest([]);
  }

  suggest(choices, at = 0) {
    this.choices = choices;
    this.at = at;
    this.popup.hidden = !choices.length;
    this.popup.replaceChildren(
      ...choices.map((each, index) =>
        h("li", { role: "option", id: `${this.popup.id}-${index}`, "aria-selected": String(index === at), onpointerdown: (event) => { event.preventDefault(); this.choose(each); } }, h("strong", {}, each.label), h("span", { class: "muted" }, each.help)),
      ),
    );
    if (choices.length) this.text.setAttribute("aria-activedescendant", `${this.popup.id}-${at}`);
    else this.text.removeAttribute("aria-activedescendant");
  }

  choose(choice) {
    const end = this.text.selectionStart;
    this.text.setRangeText(choice.insert, choice.from, end, "end");
    this.suggest([]);
    this.text.focus();
    this.typed();
  }

  mention() {
    const at = this.text.selectionStart;
    const gap = at && !/\s/.test(this.text.value[at - 1]) ? " " : "";
    this.text.setRangeText(`${gap}@Teller `, at, this.text.selectionEnd, "end");
    this.text.focus();
    this.typed();
  }

  shortcuts(anchor) {
    const run = this.scene.shortcuts("global").map((each) => ({ label: each.name, name: `shortcut-${each.callback_id}`, act: () => this.scene.run(each) }));
    const type = this.scene.commands.map((each) => ({ label: each.name, name: `command-${each.name.slice(1)}`, act: () => { this.text.value = `${each.name} `; this.text.focus(); this.typed(); } }));
    this.scene.menu(anchor, [...run, ...type]);
  }

  key(event) {
    if (event.isComposing) return;
    if (this.choices.length) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        event.preventDefault();
        this.suggest(this.choices, (this.at + step + this.choices.length) % this.choices.length);
        return;
      }
      const choice = this.choices[this.at];
      if (event.key === "Tab" || (event.key === "Enter" && !this.text.value.startsWith(choice.label))) {
        event.preventDefault();
        this.choose(choice);
        return;
      }
      if (event.key === "Escape") {
        event.stopPropagation();
        this.suggest([]);
        return;
      }
    }
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.send();
    } else if (event.key === "ArrowUp" && !this.text.value) {
      event.preventDefault();
      this.onUp();
    }
  }

  pasted(event) {
    if (event.clipboardData?.files.length) {
      event.preventDefault();
      this.add(event.clipboardData.files);
    }
  }

  accept(zone) {
    let depth = 0;
    const over = (inside) => zone.classList.toggle("dropping", inside);
    const carries = (event) => event.dataTransfer?.types.includes("Files");
    zone.addEventListener("dragenter", (event) => { if (carries(event)) { event.preventDefault(); depth += 1; over(true); } });
    zone.addEventListener("dragover", (event) => { if (carries(event)) event.preventDefault(); });
    zone.addEventListener("dragleave", () => { depth = Math.max(0, depth - 1); if (!depth) over(false); });
    zone.addEventListener("drop", (event) => {
      if (!carries(event)) return;
      event.preventDefault();
      depth = 0;
      over(false);
      this.add(event.dataTransfer.files);
      this.text.focus();
    });
  }

  add(files) {
    for (const file of files) {
      const held = { name: file.name, size: file.size, part: 0, id: null };
      const files = this.files;
      held.done = upload(this.scene.me, file, (part) => { held.part = part; this.drawChips(); })
        .then((kept) => { held.id = kept.id; })
        .catch((error) => { this.files = this.files.filter((each) => each !== held); this.scene.toast(`${file.name}: ${error.message}`); })
        .finally(() => { this.drawChips(); this.typed(); });
      files.push(held);
    }
    this.drawChips();
    this.typed();
  }

  drawChips() {
    this.chips.replaceChildren(
      ...this.files.map((each) =>
        h(
          "span",
          { class: "chip", "data-testid": "chip", "data-ready": each.id ? true : undefined },
          icon("file"),
          h("span", { class: "file-name" }, each.name),
          h("span", { class: "muted" }, each.id ? bytes(each.size) : `${Math.round(each.part * 100)} %`),
          !each.id && h("progress", { max: 1, value: each.part, "aria-label": `Uploading ${each.name}` }),
          h("button", { type: "button", "aria-label": `Remove ${each.name}`, onclick: () => { this.files = this.files.filter((one) => one !== each); this.drawChips(); this.typed(); } }, icon("close")),
        ),
      ),
    );
  }

  async send() {
    if (this.sending || this.sendButton.disabled) return;
    this.sending = true;
    const held = this.files;
    try {
      await Promise.all(held.map((each) => each.done));
      const sent = { text: this.text.value, files: held.filter((each) => each.id).map((each) => each.id) };
      if (!sent.text.trim() && !sent.files.length) return;
      const written = this.text.value;
      this.text.value = "";
      this.files = [];
      this.drawChips();
      this.typed();
      try {
        await this.onSend(sent);
      } catch (error) {
        this.text.value = written;
        this.files = held;
        this.drawChips();
        this.scene.toast(error.message);
      }
    } finally {
      this.sending = false;
      this.typed();
    }
  }
}
