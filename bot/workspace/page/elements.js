// What one may press or choose inside blocks.
import { menu } from "./dialog.js";
import { h, icon } from "./dom.js";
import { chooser } from "./inputs.js";
import { picture, text } from "./texts.js";

export function element(each, scene, id) {
  return (ELEMENTS[each.type] || other)(each, scene, id);
}

function button(each, scene, id) {
  return h(
    "button",
    {
      type: "button",
      class: `button ${["primary", "danger"].includes(each.style) ? each.style : ""}`,
      "data-testid": `action-${each.action_id}`,
      "aria-label": each.accessibility_label,
      onclick: () => scene.press(each, id, each.value),
    },
    text(each.text, scene),
    each.url && icon("out"),
  );
}

function feedback(each, scene, id) {
  const vote = (name, shape) => {
    const choice = each[name];
    return h(
      "button",
      {
        type: "button",
        class: "vote",
        title: choice.text.text,
        "aria-label": choice.accessibility_label || choice.text.text,
        "aria-pressed": String(scene.voted(id, each.action_id) === choice.value),
        "data-testid": name.startsWith("positive") ? "feedback-positive" : "feedback-negative",
        onclick: () => scene.press(each, id, choice.value),
      },
      icon(shape),
    );
  };
  return h("span", { class: "votes" }, vote("positive_button", "up"), vote("negative_button", "downvote"));
}

function overflow(each, scene, id) {
  const open = (event) => menu(event.currentTarget, each.options.map((option) => ({ label: option.text.text, name: `option-${option.value}`, act: () => scene.press(each, id, option.value) })));
  return h("button", { type: "button", class: "button small", "aria-label": "More choices", "aria-haspopup": "menu", "data-testid": `action-${each.action_id}`, onclick: open }, icon("more"));
}

function choice(each, scene, id) {
  const drawn = chooser(each, `choice-${id}-${each.action_id}`, scene);
  drawn.classList.add("button");
  drawn.setAttribute("aria-label", each.placeholder?.text || "Choose");
  drawn.dataset.testid = `action-${each.action_id}`;
  drawn.addEventListener("change", () => scene.press(each, id, drawn.multiple ? [...drawn.selectedOptions].map((one) => one.value) : drawn.value));
  return drawn;
}

function several(each, scene, id) {
  const type = each.type === "checkboxes" ? "checkbox" : "radio";
  const first = new Set([each.initial_option?.value, ...(each.initial_options || []).map((one) => one.value)]);
  const group = h("div", { role: "group", "data-testid": `action-${each.action_id}` }, each.options.map((one) => h("label", { class: "choice" }, h("input", { type, name: `${id}-${each.action_id}`, value: one.value, checked: first.has(one.value) }), h("span", {}, text(one.text, scene)))));
  group.addEventListener("change", () => {
    const chosen = [...group.querySelectorAll(":checked")].map((one) => one.value);
    scene.press(each, id, type === "checkbox" ? chosen : chosen[0]);
  });
  return group;
}

const small = (each, scene, id) => h("button", { type: "button", class: "vote", title: each.text?.text, "aria-label": each.accessibility_label || each.text?.text || each.icon, "data-testid": `action-${each.action_id}`, onclick: () => scene.press(each, id, each.value) }, icon(each.icon === "trash" ? "trash" : "close"));
const other = (each, scene, id) => (/select$|picker$/.test(each.type) ? choice(each, scene, id) : h("span", { class: "muted" }, each.type));

const ELEMENTS = {
  button,
  workflow_button: button,
  feedback_buttons: feedback,
  overflow,
  image: picture,
  icon_button: small,
  checkboxes: several,
  radio_buttons: several,
};
