// A `data_visualization` block as SVG, drawn anew whenever its place becomes wider or narrower.
import { h, s } from "./dom.js";

const HEIGHT = 250;
const number = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 2 });
const small = new Intl.NumberFormat("en-GB", { maximumSignificantDigits: 4 }); // A share of 0.02353 is not 0.
const short = new Intl.NumberFormat("en-GB", { notation: "compact", maximumFractionDigits: 1 });
const figure = (value) => (Math.abs(value) < 1 ? small : number).format(value);

export function chart(block) {
  const { chart: drawn, title } = block;
  const place = h("div", { class: "chart-place" });
  const draw = (width) => place.replaceChildren(drawn.type === "pie" ? pie(drawn, title, width) : plot(drawn, title, width));
  draw(480);
  new ResizeObserver(([entry]) => { if (entry.contentRect.width) draw(Math.round(entry.contentRect.width)); }).observe(place);
  return h("figure", { class: "chart", "data-testid": "chart" }, h("figcaption", {}, title), place, legend(drawn), numbers(drawn, title));
}

function rows(drawn) {
  if (drawn.type === "pie") return { head: ["", "Value"], body: drawn.segments.map((each) => [each.label, each.value]) };
  const { categories } = drawn.axis_config;
  return { head: ["", ...drawn.series.map((each) => each.name)], body: categories.map((label, at) => [label, ...drawn.series.map((each) => each.data[at]?.value ?? 0)]) };
}

// The same numbers for who cannot see the picture, or wants to copy them.
function numbers(drawn, title) {
  const { head, body } = rows(drawn);
  const line = (tag) => (cells) => h("tr", {}, cells.map((cell, at) => h(at ? tag : "th", { scope: tag === "th" ? "col" : at ? undefined : "row", class: at ? "right" : undefined }, typeof cell === "number" ? figure(cell) : cell)));
  return h("details", { class: "chart-data" }, h("summary", {}, "Show the numbers"), h("div", { class: "table", tabindex: 0, role: "region", "aria-label": `Numbers of ${title}` }, h("table", {}, h("thead", {}, line("th")(head)), h("tbody", {}, body.map(line("td"))))));
}

function legend(drawn) {
  const total = drawn.type === "pie" && drawn.segments.reduce((sum, each) => sum + each.value, 0);
  const items = total ? drawn.segments.map((each) => [each.label, `${figure(each.value)} · ${Math.round((each.value / total) * 100)} %`]) : drawn.series.map((each) => [each.name, ""]);
  if (!total && items.length < 2) return null;
  return h("ul", { class: `legend ${total ? "tall" : ""}` }, items.map(([name, said], at) => h("li", {}, h("span", { class: `swatch fill-${at}` }), h("span", {}, name), said && h("span", { class: "muted" }, said))));
}

function frame(width, height, words, children) {
  return s("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": words }, children);
}

function pie(drawn, title, width) {
  const size = Math.min(200, width - 8);
  const total = drawn.segments.reduce((sum, each) => sum + each.value, 0);
  const words = `Pie chart, ${title}: ${drawn.segments.map((each) => `${each.label} ${figure(each.value)}`).join(", ")}`;
  let angle = -Math.PI / 2;
  const middle = size / 2;
  const radius = middle - 2;
  const slices = drawn.segments.map((each, at) => {
    const turn = (each.value / total) * Math.PI * 2;
    const from = angle;
    angle += turn;
    if (turn > Math.PI * 1.9999) return s("circle", { cx: middle, cy: middle, r: radius, class: `fill-${at}` }, tip(each));
    const point = (where) => `${middle + radius * Math.cos(where)} ${middle + radius * Math.sin(where)}`;
    return s("path", { d: `M${middle} ${middle}L${point(from)}A${radius} ${radius} 0 ${turn > Math.PI ? 1 : 0} 1 ${point(angle)}Z`, class: `slice fill-${at}` }, tip(each));
  });
  return frame(size, size, words, slices);
}

const tip = (each, name = "") => s("title", {}, `${name ? `${name}, ` : ""}${each.label}: ${figure(each.value)}`);

// Round steps that cover the values, zero always among them.
function scale(values) {
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const rough = (high - low || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((each) => each * power).find((each) => each >= rough);
  const from = Math.floor(low / step) * step;
  const ticks = [];
  for (let at = from; at < high + step * 0.999; at += step) ticks.push(Number(at.toPrecision(12)));
  return ticks;
}

function plot(drawn, title, width) {
  const { categories, x_label: below, y_label: beside } = drawn.axis_config;
  const ticks = scale(drawn.series.flatMap((each) => each.data.map((point) => point.value)));
  const marks = ticks.map((tick) => (Math.abs(tick) < 1 ? small : short).format(tick));
  const left = 12 + Math.max(...marks.map((mark) => mark.length)) * 6.6 + (beside ? 18 : 0);
  const band = (width - left - 8) / categories.length;
  const longest = Math.max(...categories.map((each) => each.length)) * 6.4;
  const tilted = longest > band - 4;
  const bottom = (tilted ? Math.min(74, longest * 0.62 + 14) : 20) + (below ? 18 : 0);
  const top = 10;
  const [low, high] = [ticks[0], ticks.at(-1)];
  const y = (value) => top + (HEIGHT - top - bottom) * (1 - (value - low) / (high - low));
  const x = (at) => left + band * (at + 0.5);
  const grid = ticks.map((tick, at) => [s("line", { x1: left, x2: width - 8, y1: y(tick), y2: y(tick), class: tick === 0 ? "axis" : "grid" }), s("text", { x: left - 8, y: y(tick) + 4, "text-anchor": "end" }, marks[at])]);
  const every = tilted ? Math.max(1, Math.ceil(16 / band)) : 1;
  const names = categories.map((name, at) => {
    if (at % every) return null;
    const spot = HEIGHT - bottom + 16;
    return tilted ? s("text", { x: x(at) + 4, y: spot - 2, "text-anchor": "end", transform: `rotate(-38 ${x(at) + 4} ${spot - 2})` }, name) : s("text", { x: x(at), y: spot, "text-anchor": "middle" }, name);
  });
  const labels = [
    below && s("text", { x: left + (width - left) / 2, y: HEIGHT - 4, "text-anchor": "middle", class: "axis-name" }, below),
    beside && s("text", { x: 12, y: top + (HEIGHT - top - bottom) / 2, "text-anchor": "middle", class: "axis-name", transform: `rotate(-90 12 ${top + (HEIGHT - top - bottom) / 2})` }, beside),
  ];
  const draw = drawn.type === "bar" ? bars : lines;
  const words = `${drawn.type[0].toUpperCase()}${drawn.type.slice(1)} chart, ${title}: ${drawn.series.map((each) => `${each.name}, ${each.data.map((point) => `${point.label} ${figure(point.value)}`).join(", ")}`).join("; ")}`;
  return frame(width, HEIGHT, words, [grid, names, labels, draw(drawn, { x, y, band })]);
}

function bars(drawn, { x, y, band }) {
  const inner = Math.min(band * 0.72, 64 * drawn.series.length);
  const wide = inner / drawn.series.length;
  return drawn.series.map((each, turn) =>
    each.data.map((point, at) => {
      const [up, down] = [y(Math.max(0, point.value)), y(Math.min(0, point.value))];
      return s("rect", { x: x(at) - inner / 2 + turn * wide + 1, y: up, width: Math.max(1, wide - 2), height: Math.max(1, down - up), rx: 2, class: `fill-${turn}` }, tip(point, drawn.series.length > 1 ? each.name : ""));
    }),
  );
}

function lines(drawn, { x, y }) {
  return drawn.series.map((each, turn) => {
    const path = each.data.map((point, at) => `${at ? "L" : "M"}${x(at)} ${y(point.value)}`).join("");
    const ground = `${path}L${x(each.data.length - 1)} ${y(0)}L${x(0)} ${y(0)}Z`;
    return [
      drawn.type === "area" && s("path", { d: ground, class: `area fill-${turn}` }),
      s("path", { d: path, class: `line stroke-${turn}` }),
      each.data.map((point, at) => s("circle", { cx: x(at), cy: y(point.value), r: 3.5, class: `fill-${turn}` }, tip(point, drawn.series.length > 1 ? each.name : ""))),
    ];
  });
}
