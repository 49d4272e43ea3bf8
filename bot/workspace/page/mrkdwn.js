// Slack's own markup, drawn as elements.
import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { link } from "./links.js";

const INLINE = new RegExp(
  [
    "`([^`\\n]+)`",
    "<([^<>\\n]+)>",
    "(?<![\\w*\u2060])\\*(?=[^\\s*])([^*\\n]*[^\\s*])\\*(?![\\w*\u2060])",
    "(?<![\\w_\u2060])_(?=[^\\s_])([^_\\n]*[^\\s_])_(?![\\w_\u2060])",
    "(?<![\\w~\u2060])~(?=[^\\s~])([^~\\n]*[^\\s~])~(?![\\w~\u2060])",
    ":([a-z0-9_+'-]+):",
  ].join("|"),
  "g",
);

export const plain = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

export function inline(text, names) {
  const drawn = [];
  let done = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > done) drawn.push(plain(text.slice(done, match.index)));
    const [whole, code, token, bold, italic, strike, name] = match;
    if (code) drawn.push(h("code", {}, plain(code)));
    else if (token) drawn.push(reference(token, names));
    else if (bold) drawn.push(h("strong", {}, inline(bold, names)));
    else if (italic) drawn.push(h("em", {}, inline(italic, names)));
    else if (strike) drawn.push(h("s", {}, inline(strike, names)));
    else drawn.push(emoji(name));
    done = match.index + whole.length;
  }
  if (done < text.length) drawn.push(plain(text.slice(done)));
  return drawn;
}

export function reference(token, names) {
  const [target, label] = token.split(/\|(.*)/s);
  if (target.startsWith("@")) return mention(target.slice(1), names);
  if (target.startsWith("#")) return h("span", { class: "mention" }, `#${names.channel(target.slice(1)) || plain(label || "private")}`);
  if (target.startsWith("!date^")) return plain(label || target);
  if (target.startsWith("!")) return h("span", { class: "mention" }, `@${plain(label || target.slice(1).split("^")[0])}`);
  return link(plain(target), plain(label || target.replace(/^mailto:/, "")));
}

export function mention(user, names) {
  const mine = user === names.me ? " me" : "";
  return h("span", { class: `mention${mine}`, "data-user": user }, `@${names.user(user)}`);
}

export function mrkdwn(text, names) {
  return text.split(/```/).flatMap((part, index, parts) => {
    if (index % 2 && index < parts.length - 1) return h("pre", {}, h("code", {}, plain(part.replace(/^\n|\n$/g, ""))));
    return lines(index % 2 ? `\`\`\`${part}` : part, names);
  });
}

function lines(text, names) {
  const drawn = [];
  const groups = [];
  for (const line of text.replace(/^\n+|\n+$/g, "").split("\n")) {
    const kind = /^(?:&gt;|>)/.test(line) ? "quote" : /^\s*[•◦▪-]\s+/.test(line) ? "list" : /^\s*\d+[.)]\s+/.test(line) ? "numbers" : "text";
    if (groups.at(-1)?.kind === kind) groups.at(-1).lines.push(line);
    else groups.push({ kind, lines: [line] });
  }
  for (const { kind, lines: held } of groups) {
    if (kind === "quote") {
      drawn.push(h("blockquote", {}, broken(held.map((line) => line.replace(/^(?:&gt;|>)\s?/, "")), names)));
    } else if (kind === "list") {
      drawn.push(h("ul", {}, held.map((line) => item(line, /^\s*[•◦▪-]\s+/, names))));
    } else if (kind === "numbers") {
      const start = Number(held[0].match(/\d+/)[0]);
      drawn.push(h("ol", { start }, held.map((line) => item(line, /^\s*\d+[.)]\s+/, names))));
    } else if (held.some((line) => line.trim())) {
      drawn.push(h("p", {}, broken(held, names)));
    }
  }
  return drawn;
}

function item(line, mark, names) {
  const depth = Math.min(3, Math.floor(line.match(/^\s*/)[0].length / 2));
  return h("li", { class: depth ? `deep-${depth}` : undefined }, inline(line.replace(mark, ""), names));
}

function broken(held, names) {
  return held.flatMap((line, index) => (index ? [h("br"), inline(line, names)] : [inline(line, names)]));
}
