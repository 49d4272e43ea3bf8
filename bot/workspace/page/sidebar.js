// The workspace, who one is, and where one may look.
import { avatar, h, icon, redraw } from "./dom.js";
import * as staff from "./staff.js";
import { following, theme, wear } from "./theme.js";

export function sidebar(root, scene, here) {
  const { overview } = scene;
  const people = scene.people.filter((each) => !each.is_bot);
  const direct = overview.channels.find((each) => each.kind === "im");
  const rooms = overview.channels.filter((each) => each.kind !== "im");
  const seen = [theme(), scene.app.inspector.open, scene.me, here, overview.team, scene.people, overview.bot, overview.joinable, overview.channels.map((each) => [each.id, each.name, scene.isUnread(each)])];
  redraw(root, seen, () => [
    h("div", { class: "team" }, h("img", { src: "/page/icon.svg", alt: "", class: "logo" }), h("div", {}, h("h1", {}, overview.team), h("p", { class: "not-slack", "data-testid": "not-slack" }, "Local workspace, not Slack"))),
    h(
      "fieldset",
      { class: "people", "data-testid": "people" },
      h("legend", {}, "You are"),
      people.map((each) =>
        h(
          "button",
          { type: "button", class: "person", "aria-pressed": String(each.id === scene.me), "data-testid": `person-${each.handle}`, onclick: () => scene.go({ person: each.id, channel: "", thread: "" }) },
          avatar(each, "small"),
          h("span", {}, each.name, h("small", {}, each.title)),
        ),
      ),
    ),
    h("div", { class: "side-head" }, h("h2", {}, "Channels"), !scene.person(scene.me).is_guest && tool("new-channel", "New channel", "plus", () => staff.channel(scene))),
    h("ul", {}, rooms.map((each) => h("li", {}, place(each, scene, here, [icon(each.kind === "group" ? "lock" : "hash"), each.name], each.name)))),
    overview.joinable.length > 0 && h("ul", { class: "joinable" }, overview.joinable.map((each) => h("li", {}, h("button", { type: "button", class: "place", "data-testid": `join-${each.name}`, onclick: () => scene.join(each) }, icon("hash"), each.name, h("small", {}, "join"))))),
    h("h2", {}, "Direct messages"),
    direct && h("ul", {}, h("li", {}, place(direct, scene, here, [avatar(scene.person(scene.bot), "small"), "Teller", presence(overview.bot)], "teller"))),
    h(
      "div",
      { class: "side-foot" },
      foot("manage-people", "People", "people", () => staff.people(scene)),
      foot("inspect", "Traffic", "traffic", () => { scene.app.inspector.toggle(); scene.app.draw(); }, scene.app.inspector.open),
      foot("theme", `Theme: ${theme()}`, "sun", () => { wear(following()); scene.app.draw(); }),
    ),
  ]);
}

const tool = (name, label, shape, act) => h("button", { type: "button", class: "icon-button", title: label, "aria-label": label, "data-testid": name, onclick: act }, icon(shape));
const foot = (name, label, shape, act, pressed) => h("button", { type: "button", class: "place", "data-testid": name, "aria-pressed": pressed === undefined ? undefined : String(pressed), onclick: act }, icon(shape), label);

function presence(bot) {
  const words = bot.connected ? "Connected" : "Not connected";
  return h("span", { class: `presence ${bot.connected ? "on" : ""}`, title: words, role: "img", "aria-label": words, "data-testid": "presence" });
}

function place(channel, scene, here, label, name) {
  const unread = scene.isUnread(channel);
  return h(
    "button",
    {
      type: "button",
      class: `place ${unread ? "unread" : ""}`,
      "aria-current": channel.id === here ? "page" : undefined,
      "data-testid": `channel-${name}`,
      onclick: () => scene.go({ channel: channel.id, thread: "" }),
    },
    label,
    unread && h("span", { class: "dot", role: "img", "aria-label": "unread" }),
  );
}
