// Block Kit, drawn as elements.
import { chart } from "./charts.js";
import { h, icon } from "./dom.js";
import { element } from "./elements.js";
import { input } from "./inputs.js";
import { markdown } from "./markdown.js";
import { rich } from "./richtext.js";
import { dataTable, table } from "./tables.js";
import { plan, task } from "./tasks.js";
import { picture, text } from "./texts.js";

// `scene` offers names (of users and channels) and press(element, block id, value).
export function blocks(list, scene) {
  return (list || []).map((block, index) => {
    const drawn = draw(block, scene, block.block_id || `block-${index}`);
    drawn.classList.add("block", `block-${block.type}`);
    return drawn;
  });
}

function draw(block, scene, id) {
  try {
    return (DRAW[block.type] || unknown)(block, scene, id);
  } catch (error) {
    // One malformed block must not take the conversation with it.
    console.warn(error);
    return unknown(block);
  }
}

const unknown = (block) => h("p", { class: "muted" }, `This page does not draw a “${block.type}” block.`);
const elements = (block, scene, id) => h("div", {}, block.elements.map((each) => element(each, scene, id)));

const DRAW = {
  section: (block, scene, id) =>
    h(
      "div",
      {},
      h(
        "div",
        { class: "section-text" },
        text(block.text, scene),
        block.fields && h("div", { class: "fields" }, block.fields.map((field) => h("div", {}, text(field, scene)))),
      ),
      block.accessory && element(block.accessory, scene, id),
    ),
  header: (block, scene) => h("h3", { class: "heading" }, text(block.text, scene)),
  divider: () => h("hr"),
  context: (block, scene) =>
    h("div", {}, block.elements.map((each) => (each.type === "image" ? picture({ ...each, type: "small" }, scene) : h("span", {}, text(each, scene))))),
  actions: elements,
  context_actions: elements,
  image: (block, scene) => h("figure", {}, block.title && h("figcaption", {}, text(block.title, scene)), picture(block, scene)),
  markdown: (block, scene) => h("div", {}, markdown(block.text, scene.names)),
  rich_text: (block, scene) => h("div", {}, block.elements.map((each) => rich(each, scene))),
  table,
  data_table: dataTable,
  data_visualization: chart,
  task_card: task,
  plan,
  input: (block, scene, id) => input(block, id, scene),
  file: () => h("span"),
  alert: (block, scene) => h("div", { class: `level-${block.level || "info"}`, role: "note" }, text(block.text, scene)),
  card: (block, scene, id) =>
    h(
      "div",
      {},
      h("strong", {}, text(block.title, scene)),
      block.subtitle && h("div", { class: "muted" }, text(block.subtitle, scene)),
      text(block.body, scene),
      block.actions?.length > 0 && h("div", { class: "block-actions" }, block.actions.map((each) => element(each, scene, id))),
    ),
  carousel: (block, scene) => h("div", { tabindex: 0, role: "region", "aria-label": "Cards" }, blocks(block.elements || block.cards, scene)),
  container: (block, scene) => {
    const inside = blocks(block.child_blocks, scene);
    if (!block.is_collapsible) return h("div", {}, block.title && h("strong", {}, text(block.title, scene)), inside);
    return h("details", { open: !block.default_collapsed }, h("summary", {}, block.title ? text(block.title, scene) : "Details"), inside);
  },
  video: (block, scene) => h("p", {}, icon("file"), text(block.title, scene)),
};
