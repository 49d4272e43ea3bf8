// Build elements without ever parsing text as HTML: everything people or bots write is untrusted.

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((each) => each !== null && each !== undefined && each !== false));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

export function s(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) element.setAttribute(name, value);
  element.append(...children.flat(Infinity).filter((each) => each !== null && each !== undefined && each !== false));
  return element;
}

const SHAPES = {
  send: "M3 11.500 20.500 4 15 20l-3.500-6.500L3 11.500Zm8.500 2L20.500 4",
  attach: "M19 11.500 12 18.400a4.300 4.300 0 0 1-6.100-6.100l7.600-7.600a2.900 2.900 0 0 1 4.100 4.100l-7.500 7.500a1.400 1.400 0 0 1-2-2l6.600-6.600",
  mention: "M15.500 12a3.500 3.500 0 1 1-7 0 3.500 3.500 0 0 1 7 0Zm0 0v1.500a2.300 2.300 0 0 0 4.500.3V12a8 8 0 1 0-3.200 6.400",
  close: "M6 6l12 12M18 6 6 18",
  menu: "M4 7h16M4 12h16M4 17h16",
  reply: "M5 5h14v10h-7l-4 4v-4H5V5Z",
  more: "M5.500 12a.5.5 0 1 0 1 0 .5.5 0 0 0-1 0Zm6 0a.5.5 0 1 0 1 0 .5.5 0 0 0-1 0Zm6 0a.5.5 0 1 0 1 0 .5.5 0 0 0-1 0Z",
  smile: "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16ZM9 10h.01M15 10h.01M8.800 13.800a4 4 0 0 0 6.400 0",
  hash: "M9.500 4 8 20M16 4l-1.500 16M5 9h15M4 15h15",
  circle: "M19 12a7 7 0 1 1-14 0 7 7 0 0 1 14 0Z",
  check: "M5 12.500 10 17.500 19.500 7",
  plus: "M12 5v14M5 12h14",
  previous: "M14.500 6 8.500 12l6 6",
  next: "M9.500 6l6 6-6 6",
  out: "M13 5h6v6M19 5l-9 9M16 14v5H5V8h5",
  trash: "M5 7h14M10 7V4.500h4V7M7 7l1 12.500h8L17 7",
  people: "M15.500 8.500a3.500 3.500 0 1 1-7 0 3.500 3.500 0 0 1 7 0ZM5 20a7 7 0 0 1 14 0",
  traffic: "M4 9h13l-3.500-3.500M20 15H7l3.500 3.500",
  sun: "M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0ZM12 2.500v2M12 19.500v2M2.500 12h2M19.500 12h2M5.300 5.300l1.400 1.400M17.300 17.300l1.400 1.400M5.300 18.700l1.400-1.400M17.300 6.700l1.400-1.400",
  spark: "M12 4l1.800 5.200L19 11l-5.200 1.800L12 18l-1.800-5.200L5 11l5.200-1.800L12 4Z",
  stop: "M7.500 7.500h9v9h-9z",
  lock: "M7 11h10v8H7v-8Zm2 0V8.500a3 3 0 0 1 6 0V11",
  file: "M7 3.500h7l4 4V20.500H7v-17Zm7 0v4h4",
  down: "M12 5v11m-4.500-4L12 16.500 16.500 12M5 20h14",
  up: "M7 20V10l4-7 1.500 1v5H19l-1.500 9-2 2H7Zm0 0H4V10h3",
  downvote: "M17 4v10l-4 7-1.500-1v-5H5l1.500-9 2-2H17Zm0 0h3v10h-3",
};

export function icon(name) {
  return s("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" }, s("path", { d: SHAPES[name] }));
}

export function avatar(person, size = "") {
  if (person.is_bot) return h("img", { class: `avatar bot ${size}`, src: "/page/icon.svg", alt: "" });
  const disc = h("span", { class: `avatar ${size}`, "aria-hidden": "true" }, person.name.slice(0, 1));
  disc.style.backgroundColor = `#${person.color}`;
  return disc;
}

export function clock(ts) {
  return new Date(Number(ts) * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

export function day(ts) {
  const date = new Date(Number(ts) * 1000);
  const today = new Date();
  const yesterday = new Date(today);
  yesterday.setDate(today.getDate() - 1);
  if (date.toDateString() === today.toDateString()) return "Today";
  if (date.toDateString() === yesterday.toDateString()) return "Yesterday";
  return date.toLocaleDateString([], { weekday: "long", day: "numeric", month: "long" });
}

export function bytes(size) {
  if (size < 1000) return `${size} B`;
  if (size < 1e6) return `${Math.round(size / 1000)} KB`;
  return `${(size / 1e6).toFixed(1)} MB`;
}

// Draw again only what depends on something that changed, and leave the focus where it was.
export function redraw(root, seen, draw) {
  const key = JSON.stringify(seen);
  if (root.dataset.seen === key) return;
  root.dataset.seen = key;
  const held = root.contains(document.activeElement) && document.activeElement.dataset.testid;
  root.replaceChildren(...draw().filter(Boolean));
  if (held) root.querySelector(`[data-testid="${held}"]`)?.focus();
}

// Give `root` these children, moving nothing that already stands right: a click may be under way.
export function arrange(root, children) {
  const wanted = new Set(children);
  for (const each of [...root.childNodes]) if (!wanted.has(each)) each.remove();
  let next = root.firstChild;
  for (const each of children) {
    if (each === next) next = next.nextSibling;
    else root.insertBefore(each, next);
  }
}
