// What a modal asks for, and what was filled in.
import { h } from "./dom.js";

export function input(block, id) {
  const asked = block.element;
  const name = `field-${id}`;
  const drawn = control(asked, name);
  drawn.dataset.block = id;
  drawn.dataset.action = asked.action_id || "";
  drawn.dataset.kind = asked.type;
  const grouped = ["radio_buttons", "checkboxes"].includes(asked.type);
  return h(
    "div",
    { class: "field" },
    h(grouped ? "span" : "label", grouped ? { id: `${name}-label` } : { for: name }, block.label.text, block.optional && h("span", { class: "muted" }, " (optional)")),
    drawn,
    block.hint && h("div", { class: "muted" }, block.hint.text),
    h("div", { class: "error", "data-error": id, role: "alert" }),
  );
}

function control(asked, name) {
  if (asked.options && ["radio_buttons", "checkboxes"].includes(asked.type)) {
    const type = asked.type === "checkboxes" ? "checkbox" : "radio";
    const first = new Set([asked.initial_option?.value, ...(asked.initial_options || []).map((each) => each.value)]);
    return h(
      "div",
      { role: "group", "aria-labelledby": `${name}-label` },
      asked.options.map((each) => h("label", { class: "choice" }, h("input", { type, name, value: each.value, checked: first.has(each.value) }), each.text.text)),
    );
  }
  if (asked.options) {
    return h("select", { id: name }, h("option", { value: "" }, asked.placeholder?.text || "Choose…"), asked.options.map((each) => h("option", { value: each.value, selected: each.value === asked.initial_option?.value }, each.text.text)));
  }
  const attributes = { id: name, placeholder: asked.placeholder?.text, maxlength: asked.max_length, value: asked.initial_value || "" };
  if (asked.multiline) return h("textarea", { ...attributes, rows: 4 });
  return h("input", { ...attributes, type: asked.type === "number_input" ? "number" : asked.type === "datepicker" ? "date" : "text" });
}

// The state that Slack sends: block id → action id → what was chosen.
export function filled(form, view) {
  const values = {};
  (view.blocks || []).forEach((block, index) => {
    if (block.type !== "input") return;
    const id = block.block_id || `block-${index}`;
    const asked = block.element;
    const drawn = form.querySelector(`[data-block="${CSS.escape(id)}"]`);
    const option = (value) => asked.options.find((each) => each.value === value) || null;
    const said = { type: asked.type };
    if (asked.type === "checkboxes") said.selected_options = [...drawn.querySelectorAll(":checked")].map((each) => option(each.value));
    else if (asked.type === "radio_buttons") said.selected_option = option(drawn.querySelector(":checked")?.value);
    else if (asked.options) said.selected_option = option(drawn.value);
    else if (asked.type === "datepicker") said.selected_date = drawn.value || null;
    else said.value = drawn.value || null;
    values[id] = { [asked.action_id || ""]: said };
  });
  return values;
}
