// Text objects and pictures, which every kind of block holds.
import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { link } from "./links.js";
import { mrkdwn } from "./mrkdwn.js";

export function text(object, scene) {
  if (!object) return [];
  if (typeof object === "string") return [object];
  if (object.type === "mrkdwn") return mrkdwn(object.text, scene.names);
  return [h("span", {}, object.text.replace(/:([a-z0-9_+-]+):/g, (_, name) => emoji(name)))];
}

export function picture(block, scene) {
  const file = block.slack_file?.id ? scene.file(block.slack_file.id) : block.slack_file?.url || block.image_url;
  if (file?.startsWith("/") || file?.startsWith(location.origin)) {
    const address = scene.own(file);
    const shown = h("img", { src: address, alt: block.alt_text, loading: "lazy" });
    if (block.type !== "image" || !scene.enlarge) return shown;
    return h("button", { type: "button", class: "picture", "aria-label": `Enlarge: ${block.alt_text}`, onclick: () => scene.enlarge(address, block.alt_text) }, shown);
  }
  // A picture from elsewhere would tell that place who reads here.
  return file ? link(file, `${block.alt_text} (picture elsewhere)`) : h("span", { class: "muted" }, block.alt_text);
}
