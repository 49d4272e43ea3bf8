// Standard markdown, as `markdown` blocks hold it, drawn as elements.
import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { link } from "./links.js";
import { reference } from "./mrkdwn.js";

const INLINE = new RegExp(
  [
    "`([^`\\n]+)`",
    "!?\\[([^\\]\\n]*)\\]\\(([^()\\s]+(?:\\([^()\\s]*\\))?)(?:\\s+\"[^\"]*\")?\\)",
    "<((?:@|#|!)[^<>\\n]+|https?://[^<>\\s]+)>",
    "\\*\\*(?=\\S)(.+?\\S?)\\*\\*",
    "(?<!\\w)__(?=\\S)(.+?\\S?)__(?!\\w)",
    "(?<![\\w*])\\*(?=[^\\s*])([^*\\n]*[^\\s*])\\*(?![\\w*])",
    "(?<!\\w)_(?=[^\\s_])([^_\\n]*[^\\s_])_(?!\\w)",
    "~~(?=\\S)(.+?)~~",
    "(https?://[^\\s<>()]*[^\\s<>().,;:!?])",
    ":([a-z][a-z0-9_+-]*):",
    "\\\\([\\\\`*_{}\\[\\]()#+.!|~>-])",
  ].join("|"),
  "g",
);

function inline(text, names) {
  const drawn = [];
  let done = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > done) drawn.push(text.slice(done, match.index));
    const [whole, code, label, address, token, bold, bolder, italic, slanted, strike, bare, name, escaped] = match;
    if (code) drawn.push(h("code", {}, code));
    else if (address) drawn.push(link(address, ...inline(label || address, names)));
    else if (token) drawn.push(reference(token, names));
    else if (bold || bolder) drawn.push(h("strong", {}, inline(bold || bolder, names)));
    else if (italic || slanted) drawn.push(h("em", {}, inline(italic || slanted, names)));
    else if (strike) drawn.push(h("s", {}, inline(strike, names)));
    else if (bare) drawn.push(link(bare));
    else if (name) drawn.push(emoji(name));
    else if (escaped) drawn.push(escaped);
    done = match.index + whole.length;
  }
  if (done < text.length) drawn.push(text.slice(done));
  return drawn;
}

const cells = (line) => line.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((cell) => cell.trim());

export function markdown(text, names) {
  const drawn = [];
  const lines = text.split("\n");
  let at = 0;
  const take = (test) => {
    const taken = [];
    while (at < lines.length && test(lines[at])) taken.push(lines[at++]);
    return taken;
  };
  while (at < lines.length) {
    const line = lines[at];
    const heading = line.match(/^(#{1,6})\s+(.*?)\s*#*$/);
    if (!line.trim()) at += 1;
    else if (/^\s*```/.test(line)) {
      at += 1;
      const code = take((each) => !/^\s*```/.test(each));
      at += 1;
      drawn.push(h("pre", {}, h("code", {}, code.join("\n"))));
    } else if (heading) {
      at += 1;
      drawn.push(h(`h${Math.min(6, heading[1].length + 2)}`, { class: "heading" }, inline(heading[2], names)));
    } else if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) {
      at += 1;
      drawn.push(h("hr"));
    } else if (/^\s*>/.test(line)) {
      const quoted = take((each) => /^\s*>/.test(each)).map((each) => each.replace(/^\s*>\s?/, ""));
      drawn.push(h("blockquote", {}, markdown(quoted.join("\n"), names)));
    } else if (line.includes("|") && /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/.test(lines[at + 1] || "")) {
      drawn.push(table(take((each) => each.includes("|")), names));
    } else if (/^\s*([-*+]|\d+[.)])\s+/.test(line)) {
      drawn.push(list(take((each) => /^\s*([-*+]|\d+[.)])\s+/.test(each) || /^\s{2,}\S/.test(each)), names));
    } else {
      const first = lines[at++];
      const rest = take((each) => each.trim() && !/^\s*(```|>|#{1,6}\s|[-*+]\s|\d+[.)]\s)/.test(each));
      drawn.push(h("p", {}, [first, ...rest].flatMap((each, index) => (index ? [h("br"), inline(each, names)] : [inline(each, names)]))));
    }
  }
  return drawn;
}

function list(held, names) {
  const root = h(/^\s*\d/.test(held[0]) ? "ol" : "ul");
  if (root.tagName === "OL") root.setAttribute("start", held[0].match(/\d+/)[0]);
  const stack = [{ depth: held[0].match(/^\s*/)[0].length, element: root }];
  for (const line of held) {
    const depth = line.match(/^\s*/)[0].length;
    const mark = line.match(/^\s*([-*+]|\d+[.)])\s+/);
    if (!mark) {
      stack.at(-1).element.lastElementChild?.append(h("br"), ...inline(line.trim(), names));
      continue;
    }
    while (stack.length > 1 && depth < stack.at(-1).depth) stack.pop();
    if (depth > stack.at(-1).depth + 1 && stack.at(-1).element.lastElementChild) {
      const inner = h(/\d/.test(mark[1]) ? "ol" : "ul");
      stack.at(-1).element.lastElementChild.append(inner);
      stack.push({ depth, element: inner });
    }
    stack.at(-1).element.append(h("li", {}, inline(line.slice(mark[0].length), names)));
  }
  return root;
}

function table(held, names) {
  const [head, rule, ...rows] = held.map(cells);
  const side = rule.map((cell) => (cell.endsWith(":") ? (cell.startsWith(":") ? "center" : "right") : "left"));
  const row = (tag) => (line) => h("tr", {}, line.map((cell, column) => h(tag, { class: side[column] }, inline(cell, names))));
  return h("div", { class: "table" }, h("table", {}, h("thead", {}, row("th")(head)), h("tbody", {}, rows.map(row("td")))));
}
