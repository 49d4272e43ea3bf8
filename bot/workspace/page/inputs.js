// What a form asks for, and what was filled in.
import { h } from "./dom.js";
import { text } from "./texts.js";

const TYPES = { number_input: "number", datepicker: "date", timepicker: "time", email_text_input: "email", url_text_input: "url" };

export function input(block, id, scene) {
  const asked = block.element;
  const name = `field-${id}`;
  const drawn = control(asked, name, scene);
  drawn.dataset.block = id;
  drawn.dataset.action = asked.action_id || "";
  drawn.setAttribute("aria-describedby", `${name}-error`);
  const grouped = ["radio_buttons", "checkboxes"].includes(asked.type);
  if (block.dispatch_action) drawn.addEventListener("change", () => scene.press(asked, id, drawn.value));
  return h(
    "div",
    { class: "field" },
    h(grouped ? "span" : "label", grouped ? { id: `${name}-label`, class: "label" } : { for: name, class: "label" }, block.label.text, block.optional && h("span", { class: "muted" }, " (optional)")),
    drawn,
    block.hint && h("div", { class: "muted" }, block.hint.text),
    h("div", { class: "error", id: `${name}-error`, "data-error": id, role: "alert" }),
  );
}

function control(asked, name, scene) {
  if (["radio_buttons", "checkboxes"].includes(asked.type)) {
    const type = asked.type === "checkboxes" ? "checkbox" : "radio";
    const first = new Set([asked.initial_option?.value, ...(asked.initial_options || []).map((each) => each.value)]);
    return h(
      "div",
      { role: "group", "aria-labelledby": `${name}-label` },
      asked.options.map((each) => h("label", { class: "choice" }, h("input", { type, name, value: each.value, checked: first.has(each.value) }), h("span", {}, text(each.text, scene), each.description && h("small", { class: "muted" }, text(each.description, scene))))),
    );
  }
  if (asked.type.endsWith("select")) return chooser(asked, name, scene);
  const attributes = { id: name, placeholder: asked.placeholder?.text, maxlength: asked.max_length, value: asked.initial_value || asked.initial_date || asked.initial_time || "" };
  if (asked.multiline) return h("textarea", { ...attributes, rows: 4 });
  return h("input", { ...attributes, type: TYPES[asked.type] || "text" });
}

// A menu of options, people or channels.
export function chooser(asked, name, scene) {
  const several = asked.type.startsWith("multi_");
  const first = new Set([asked.initial_option?.value, asked.initial_user, asked.initial_channel, asked.initial_conversation, ...(asked.initial_options || []).map((each) => each.value), ...(asked.initial_users || [])]);
  const option = (each) => h("option", { value: each.value, selected: first.has(each.value) }, each.text.text);
  const groups = asked.option_groups?.map((each) => h("optgroup", { label: each.label.text }, each.options.map(option)));
  const blank = !several && h("option", { value: "", selected: ![...first].some(Boolean) }, asked.placeholder?.text || "Choose…");
  return h("select", { id: name, multiple: several }, blank, groups || choices(asked, scene).map(option));
}

function choices(asked, scene) {
  if (asked.options) return asked.options;
  const named = (value, label) => ({ value, text: { text: label } });
  if (asked.type.endsWith("users_select")) return scene.people.map((each) => named(each.id, each.name));
  const places = scene.channels.filter((each) => each.kind !== "im" || asked.type.includes("conversations"));
  return places.map((each) => named(each.id, each.name ? `#${each.name}` : "Teller"));
}

const PICKED = { users_select: "selected_user", channels_select: "selected_channel", conversations_select: "selected_conversation", datepicker: "selected_date", timepicker: "selected_time" };

// The state that Slack sends: block id → action id → what was chosen.
export function filled(form, view) {
  const values = {};
  (view.blocks || []).forEach((block, index) => {
    if (block.type !== "input") return;
    const id = block.block_id || `block-${index}`;
    const drawn = form.querySelector(`[data-block="${CSS.escape(id)}"]`);
    if (drawn) values[id] = { [block.element.action_id || ""]: said(block.element, drawn) };
  });
  return values;
}

function said(asked, drawn) {
  const { type } = asked;
  const all = [...(asked.options || []), ...(asked.option_groups || []).flatMap((each) => each.options)];
  const option = (value) => all.find((each) => each.value === value) || null;
  if (type === "checkboxes") return { type, selected_options: [...drawn.querySelectorAll(":checked")].map((each) => option(each.value)) };
  if (type === "radio_buttons") return { type, selected_option: option(drawn.querySelector(":checked")?.value) };
  if (type.startsWith("multi_")) {
    const chosen = [...drawn.selectedOptions].map((each) => each.value);
    const name = PICKED[type.slice(6)];
    return name ? { type, [`${name}s`]: chosen } : { type, selected_options: chosen.map(option) };
  }
  if (PICKED[type]) return { type, [PICKED[type]]: drawn.value || null };
  if (all.length) return { type, selected_option: option(drawn.value) };
  return { type, value: drawn.value || null };
}
