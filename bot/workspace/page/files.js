// Files below a message: pictures and tables are shown, everything can be fetched.
import { bytes, h, icon } from "./dom.js";

const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const LINES = 12;
const MOST_BYTES = 2e6;

export function files(said, scene) {
  if (!said.files?.length) return null;
  return h("div", { class: "files" }, said.files.map((file) => one(file, scene)));
}

function one(file, scene) {
  if (file.mode === "tombstone") return h("div", { class: "file gone", "data-testid": "file-gone" }, "This file was deleted.");
  const picture = PICTURES.includes(file.mimetype);
  return h("div", { class: "file", "data-testid": "file", "data-file": file.id }, card(file, scene), picture && shown(file, scene), file.filetype === "csv" && file.size <= MOST_BYTES && preview(file, scene));
}

function card(file, scene) {
  return h(
    "a",
    { class: "file-card", href: scene.own(file.url_private_download), download: file.name, "aria-label": `Download ${file.name}, ${bytes(file.size)}` },
    h("span", { class: `file-kind kind-${file.filetype}` }, icon("file"), h("span", {}, file.filetype.slice(0, 4))),
    h("span", { class: "file-words" }, h("span", { class: "file-name" }, file.title || file.name), h("span", { class: "muted" }, `${file.pretty_type} · ${bytes(file.size)}`)),
    icon("down"),
  );
}

function shown(file, scene) {
  const [address, words] = [scene.own(file.url_private), file.alt_txt || file.title];
  return h("button", { type: "button", class: "picture", "aria-label": `Enlarge: ${words}`, onclick: () => scene.enlarge(address, words) }, h("img", { class: "file-picture", src: address, alt: words, loading: "lazy" }));
}

function preview(file, scene) {
  const place = h("div", { class: "table", tabindex: 0, role: "region", "aria-label": `Preview of ${file.name}` });
  const read = async () => {
    const response = await fetch(scene.own(file.url_private_download));
    const rows = separated(await response.text());
    const [head, ...body] = rows;
    place.replaceChildren(h("table", {}, h("thead", {}, h("tr", {}, head.map((cell) => h("th", { scope: "col" }, cell)))), h("tbody", {}, body.slice(0, LINES).map((row) => h("tr", {}, row.map((cell) => h("td", { class: /^-?[\d.,\s]+%?$/.test(cell) ? "right" : undefined }, cell)))))));
    if (body.length > LINES) place.append(h("p", { class: "muted more" }, `and ${body.length - LINES} more rows`));
  };
  return h("details", { class: "preview", "data-testid": "csv-preview", ontoggle: (event) => { if (event.target.open && !place.firstChild) scene.try(read); } }, h("summary", {}, "Preview"), place);
}

// Values separated by commas (or semicolons), quoted where they hold one.
export function separated(text) {
  const mark = (text.split("\n", 1)[0].match(/;/g) || []).length > (text.split("\n", 1)[0].match(/,/g) || []).length ? ";" : ",";
  const rows = [[""]];
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    const row = rows.at(-1);
    if (quoted && sign === '"' && text[at + 1] === '"') { row[row.length - 1] += '"'; at += 1; }
    else if (sign === '"') quoted = !quoted;
    else if (!quoted && sign === mark) row.push("");
    else if (!quoted && sign === "\n") rows.push([""]);
    else if (sign !== "\r") row[row.length - 1] += sign;
  }
  return rows.filter((row) => row.length > 1 || row[0]);
}
