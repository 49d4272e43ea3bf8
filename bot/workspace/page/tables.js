// Tables: plain ones, and `data_table`, which sorts and turns pages.
import { h, icon } from "./dom.js";
import { rich } from "./richtext.js";

const number = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 6 });
const order = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

export function table(block, scene) {
  const settings = block.column_settings || [];
  const [head, ...rows] = block.rows;
  const side = sides(head, rows, settings);
  const line = (tag) => (row) => h("tr", {}, row.map((cell, at) => h(tag, { scope: tag === "th" ? "col" : undefined, class: side[at] }, contents(cell, scene))));
  return framed("Table", h("table", {}, h("thead", {}, line("th")(head)), h("tbody", {}, rows.map(line("td")))));
}

// A wide table is scrolled, with the keyboard too.
function framed(name, element) {
  return h("div", { class: "table", tabindex: 0, role: "region", "aria-label": name, "data-testid": "table" }, element);
}

function sides(head, rows, settings = []) {
  return head.map((_, at) => settings[at]?.align || (rows.some((row) => row[at]?.type === "raw_number") ? "right" : undefined));
}

export function dataTable(block, scene) {
  const [head, ...rows] = block.rows;
  const side = sides(head, rows);
  const size = block.page_size || 5;
  const first = block.row_header_column_index ?? 0;
  const pages = Math.ceil(rows.length / size);
  let page = 0;
  let by = null;
  let down = false;
  const heading = h("thead");
  const body = h("tbody");
  const place = h("span", { class: "muted", "aria-live": "polite", "data-testid": "table-place" });
  const turn = (name, label, step) => h("button", { type: "button", class: "button small", "data-testid": `table-${name}`, "aria-label": `${label} page`, onclick: () => { page += step; draw(); } }, icon(name));
  const [back, on] = [turn("previous", "Previous", -1), turn("next", "Next", 1)];
  const sort = (at) => { [by, down] = by === at ? (down ? [null, false] : [at, true]) : [at, false]; page = 0; draw(); };

  const heads = head.map((cell, at) => {
    const mark = h("span", { class: "sort", "aria-hidden": "true" });
    const named = h("button", { type: "button", onclick: () => sort(at), "data-testid": `sort-${at}` }, contents(cell, scene), mark);
    return { cell: h("th", { scope: "col", class: side[at] }, named), mark };
  });
  heading.append(h("tr", {}, heads.map((each) => each.cell)));

  function draw() {
    const sorted = by === null ? rows : [...rows].sort((one, other) => compare(one[by], other[by]) * (down ? -1 : 1));
    heads.forEach(({ cell, mark }, at) => {
      cell.setAttribute("aria-sort", by === at ? (down ? "descending" : "ascending") : "none");
      mark.textContent = by === at ? (down ? "↓" : "↑") : "↕";
      mark.classList.toggle("on", by === at);
    });
    const shown = sorted.slice(page * size, (page + 1) * size);
    body.replaceChildren(...shown.map((row) => h("tr", {}, row.map((cell, at) => h(at === first ? "th" : "td", { scope: at === first ? "row" : undefined, class: side[at] }, contents(cell, scene))))));
    place.textContent = `${page * size + 1}–${Math.min(rows.length, (page + 1) * size)} of ${rows.length}`;
    back.disabled = page === 0;
    on.disabled = page >= pages - 1;
  }
  draw();
  const foot = pages > 1 && h("div", { class: "table-foot" }, place, h("span", { class: "pages" }, back, on));
  return h("div", { class: "data-table", "data-testid": "data-table" }, h("div", { class: "table-name", "aria-hidden": "true" }, block.caption), framed(block.caption, h("table", { "aria-label": block.caption }, heading, body)), foot);
}

const worth = (cell) => (cell?.type === "raw_number" ? Number(cell.value) : words(cell));

function compare(one, other) {
  const [left, right] = [worth(one), worth(other)];
  if (typeof left === "number" && typeof right === "number") return left - right;
  return order.compare(String(left), String(right));
}

function words(cell) {
  if (!cell) return "";
  if (cell.elements) return cell.elements.map(words).join("");
  return cell.text ?? "";
}

function contents(cell, scene) {
  if (cell.type === "rich_text") return cell.elements.map((each) => rich(each, scene));
  if (cell.type === "raw_number") return cell.text || number.format(cell.value);
  return String(cell.text ?? cell.value ?? "");
}
