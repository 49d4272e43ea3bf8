// Block Kit, drawn as elements.
import { h, icon } from "./dom.js";
import { emoji } from "./emoji.js";
import { input } from "./inputs.js";
import { link } from "./links.js";
import { markdown } from "./markdown.js";
import { mention, mrkdwn, inline } from "./mrkdwn.js";

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

function text(object, scene) {
  if (!object) return [];
  if (object.type === "mrkdwn") return mrkdwn(object.text, scene.names);
  return [h("span", {}, object.text.replace(/:([a-z0-9_+-]+):/g, (_, name) => emoji(name)))];
}

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
    h("div", {}, block.elements.map((each) => (each.type === "image" ? picture(each, scene) : h("span", {}, text(each, scene))))),
  actions: (block, scene, id) => h("div", {}, block.elements.map((each) => element(each, scene, id))),
  context_actions: (block, scene, id) => h("div", {}, block.elements.map((each) => element(each, scene, id))),
  image: (block, scene) =>
    h("figure", {}, block.title && h("figcaption", {}, text(block.title, scene)), picture(block, scene)),
  markdown: (block, scene) => h("div", {}, markdown(block.text, scene.names)),
  rich_text: (block, scene) => h("div", {}, block.elements.map((each) => rich(each, scene))),
  table: (block, scene) => table(block, scene),
  data_table: (block, scene) => table(block, scene),
  task_card: (block, scene) => task(block, scene),
  plan: (block, scene) =>
    h("details", { open: true }, h("summary", {}, block.title || "Plan"), (block.tasks || []).map((each) => task(each, scene))),
  input: (block, scene, id) => input(block, id),
  file: () => h("span"),
  alert: (block, scene) => h("div", { class: `level-${block.level || "info"}` }, text(block.text, scene)),
  card: (block, scene) =>
    h("div", {}, h("strong", {}, text(block.title, scene)), h("div", { class: "muted" }, text(block.subtitle, scene)), text(block.body, scene)),
  container: (block, scene) => h("div", {}, blocks(block.child_blocks, scene)),
};

function picture(block, scene) {
  const file = block.slack_file?.id ? scene.file(block.slack_file.id) : block.slack_file?.url || block.image_url;
  if (file?.startsWith("/") || file?.startsWith(location.origin)) return h("img", { src: scene.own(file), alt: block.alt_text, loading: "lazy" });
  // A picture from elsewhere would tell that place who reads here.
  return file ? link(file, `${block.alt_text} (picture elsewhere)`) : h("span", { class: "muted" }, block.alt_text);
}

function table(block, scene) {
  const columns = block.column_settings || [];
  const cell = (tag) => (value, column) =>
    h(tag, { class: columns[column]?.align || (numbers[column] ? "right" : undefined) }, contents(value, scene));
  const [head, ...rows] = block.rows;
  const numbers = head.map((_, column) => rows.some((row) => row[column]?.type === "raw_number"));
  return h(
    "div",
    { class: "table" },
    h(
      "table",
      {},
      block.caption && h("caption", {}, block.caption.text || block.caption),
      h("thead", {}, h("tr", {}, head.map(cell("th")))),
      h("tbody", {}, rows.map((row) => h("tr", {}, row.map(cell("td"))))),
    ),
  );
}

function contents(value, scene) {
  if (value.type === "rich_text") return value.elements.map((each) => rich(each, scene));
  return String(value.text ?? value.value ?? "");
}

const MARKS = { pending: "○", in_progress: "◐", complete: "●", error: "✕" };

function task(block, scene) {
  const status = block.status || "pending";
  return h(
    "div",
    { class: `task ${status}` },
    h("span", { class: "mark", title: status.replace("_", " ") }, MARKS[status] || "○"),
    h("span", {}, block.title || ""),
    block.details && h("div", { class: "muted" }, typeof block.details === "string" ? inline(block.details, scene.names) : rich(block.details, scene)),
    (block.sources || []).map((each) => h("div", {}, link(each.url, each.text || each.url))),
  );
}

function rich(part, scene) {
  const inside = () => (part.elements || []).map((each) => spoken(each, scene));
  if (part.type === "rich_text_list") {
    const tag = part.style === "ordered" ? "ol" : "ul";
    const depth = part.indent ? `deep-${Math.min(3, part.indent)}` : undefined;
    return h(tag, { class: depth, start: part.offset ? part.offset + 1 : undefined }, part.elements.map((each) => h("li", {}, each.elements.map((one) => spoken(one, scene)))));
  }
  if (part.type === "rich_text_quote") return h("blockquote", {}, inside());
  if (part.type === "rich_text_preformatted") return h("pre", {}, h("code", {}, inside()));
  if (part.type === "rich_text") return h("div", {}, part.elements.map((each) => rich(each, scene)));
  return h("p", { class: "rich" }, inside());
}

function spoken(each, scene) {
  let drawn;
  if (each.type === "user") drawn = mention(each.user_id, scene.names);
  else if (each.type === "channel") drawn = h("span", { class: "mention" }, `#${scene.names.channel(each.channel_id) || "private"}`);
  else if (each.type === "broadcast") drawn = h("span", { class: "mention" }, `@${each.range}`);
  else if (each.type === "link") drawn = link(each.url, each.text || each.url);
  else if (each.type === "emoji") drawn = emoji(each.name);
  else drawn = each.text ?? each.fallback ?? "";
  const style = each.style || {};
  if (style.code) drawn = h("code", {}, drawn);
  if (style.bold) drawn = h("strong", {}, drawn);
  if (style.italic) drawn = h("em", {}, drawn);
  if (style.strike) drawn = h("s", {}, drawn);
  return drawn;
}

function element(each, scene, id) {
  const press = (value) => scene.press(each, id, value);
  if (each.type === "button" || each.type === "workflow_button") {
    const label = text(each.text, scene);
    return h(
      "button",
      {
        type: "button",
        class: `button ${each.style || ""}`,
        "data-testid": `action-${each.action_id}`,
        "aria-label": each.accessibility_label,
        onclick: () => press(each.value),
      },
      label,
    );
  }
  if (each.type === "feedback_buttons") {
    const vote = (name, shape) => {
      const choice = each[name];
      const said = scene.voted(id, each.action_id) === choice.value;
      return h(
        "button",
        {
          type: "button",
          class: "vote",
          title: choice.text.text,
          "aria-label": choice.accessibility_label || choice.text.text,
          "aria-pressed": String(said),
          "data-testid": `${name.startsWith("positive") ? "feedback-positive" : "feedback-negative"}`,
          onclick: () => press(choice.value),
        },
        icon(shape),
      );
    };
    return h("span", { class: "votes" }, vote("positive_button", "up"), vote("negative_button", "downvote"));
  }
  if (each.type === "image") return picture(each, scene);
  if (each.options) {
    const choices = each.options.map((option) => h("option", { value: option.value }, option.text.text));
    const first = h("option", { value: "", disabled: true, selected: true }, each.placeholder?.text || "Choose…");
    return h("select", { class: "button", "aria-label": each.placeholder?.text || "Choose", "data-testid": `action-${each.action_id}`, onchange: (event) => press(event.target.value) }, first, choices);
  }
  if (each.type === "icon_button") return h("button", { type: "button", class: "vote", "aria-label": each.text?.text || each.icon, onclick: () => press(each.value) }, icon("close"));
  return h("span", { class: "muted" }, each.type);
}
