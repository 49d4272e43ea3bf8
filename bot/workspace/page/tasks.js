// What a bot is doing: single tasks, and plans of several.
import { h, icon } from "./dom.js";
import { link } from "./links.js";
import { inline } from "./mrkdwn.js";
import { rich } from "./richtext.js";

const SAID = { pending: "waiting", in_progress: "under way", complete: "done", error: "failed" };
const SHAPES = { pending: "circle", in_progress: "circle", complete: "check", error: "close" };

export function task(block, scene) {
  const status = block.status in SAID ? block.status : "pending";
  const words = (value) => (typeof value === "string" ? inline(value, scene.names) : rich(value, scene));
  return h(
    "div",
    { class: `task ${status}`, "data-testid": "task", "data-status": status },
    h("span", { class: "mark", role: "img", "aria-label": SAID[status] }, icon(SHAPES[status])),
    h("span", { class: "task-title" }, block.title || ""),
    block.details && h("div", { class: "muted" }, words(block.details)),
    block.output && h("div", {}, words(block.output)),
    block.sources?.length > 0 && h("div", { class: "sources" }, block.sources.map((each) => link(each.url, each.text || each.url))),
  );
}

export function plan(block, scene) {
  const tasks = block.tasks || [];
  const done = tasks.filter((each) => each.status === "complete").length;
  const busy = tasks.some((each) => each.status === "in_progress");
  return h(
    "details",
    { open: true, "data-testid": "plan" },
    h("summary", {}, h("span", { class: busy ? "shimmer" : undefined }, block.title || "Plan"), h("span", { class: "muted count" }, `${done} of ${tasks.length}`)),
    tasks.map((each) => task(each, scene)),
  );
}
