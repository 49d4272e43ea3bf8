// Rich text, as people's messages and some cells hold it.
import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { link } from "./links.js";
import { mention } from "./mrkdwn.js";

export function rich(part, scene) {
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
