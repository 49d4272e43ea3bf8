// Change who is in the workspace, who is in a channel, and which channels there are.
import { act } from "./api.js";
import { panel } from "./dialog.js";
import { avatar, h, icon } from "./dom.js";

const ROLES = { member: "Member", admin: "Admin", guest: "Guest" };
const role = (person) => (person.is_admin ? "admin" : person.is_guest ? "guest" : "member");

export function people(scene) {
  const rows = scene.everyone.filter((each) => !each.is_bot).map((each) => person(each, scene));
  const name = h("input", { id: "new-name", placeholder: "Nora Vik", "data-testid": "new-name" });
  const title = h("input", { id: "new-title", placeholder: "Auditor" });
  const kind = h("select", { id: "new-role" }, Object.entries(ROLES).map(([value, label]) => h("option", { value }, label)));
  const add = async () => { if (await scene.change("add_person", { name: name.value, title: title.value, role: kind.value })) people(scene); };
  const field = (label, control) => h("div", { class: "field" }, h("label", { class: "label", for: control.id }, label), control);
  const adding = h("fieldset", { class: "adding" }, h("legend", {}, "Add somebody"), field("Name", name), field("Title", title), field("Role", kind), h("button", { type: "button", class: "button primary", "data-testid": "add-person", onclick: add }, "Add"));
  panel("People", [scene.admin ? null : h("p", { class: "muted" }, "Only an admin changes people. Switch to Ada to try."), h("ul", { class: "rows" }, rows), scene.admin && adding]);
}

function person(each, scene) {
  const change = async (changes) => { await scene.change("change_person", { who: each.id, ...changes }); people(scene); };
  const pick = h("select", { class: "button small", "aria-label": `Role of ${each.name}`, "data-testid": `role-${each.handle}`, disabled: !scene.admin || each.deleted, onchange: (event) => change({ role: event.target.value }) }, Object.entries(ROLES).map(([value, label]) => h("option", { value, selected: value === role(each) }, label)));
  return h(
    "li",
    { class: each.deleted ? "away" : "" },
    avatar(each, "small"),
    h("span", { class: "grow" }, each.name, h("small", { class: "muted" }, each.deleted ? "Deactivated" : each.title)),
    pick,
    scene.admin && each.id !== scene.me && h("button", { type: "button", class: "button small", onclick: () => change({ deleted: !each.deleted }) }, each.deleted ? "Bring back" : "Deactivate"),
  );
}

export function members(channel, scene) {
  const again = async (action, who) => {
    const here = scene.overview.channels.find((one) => one.id === channel.id);
    if (!(await scene.change(action, { channel: channel.id, who })) || !here) return;
    const now = action === "join" ? [...channel.members, who] : channel.members.filter((each) => each !== who);
    if (who === scene.me) scene.closePanel();
    else members({ ...channel, members: now }, scene);
  };
  const inside = channel.members.map((id) => scene.person(id));
  const outside = scene.everyone.filter((each) => !each.deleted && !channel.members.includes(each.id));
  const row = (each, label, action, may) => h("li", {}, avatar(each, "small"), h("span", { class: "grow" }, each.name, h("small", { class: "muted" }, each.is_bot ? "App" : each.is_guest ? "Guest" : each.title)), may && h("button", { type: "button", class: "button small", "data-testid": `${action}-${each.handle}`, onclick: () => again(action, each.id) }, label));
  const guest = scene.person(scene.me).is_guest;
  panel(`Who is in #${channel.name}`, [
    channel.shared && h("p", { class: "muted" }, "This channel is shared with another organisation."),
    h("ul", { class: "rows" }, inside.map((each) => row(each, each.id === scene.me ? "Leave" : "Remove", "leave", each.id === scene.me || each.is_bot || scene.admin))),
    outside.length > 0 && !guest && [h("h3", { class: "label" }, "Bring in"), h("ul", { class: "rows" }, outside.map((each) => row(each, "Add", "join", true)))],
  ]);
}

export function channel(scene) {
  const name = h("input", { id: "channel-name", placeholder: "deals", "data-testid": "channel-name" });
  const purpose = h("input", { id: "channel-purpose", placeholder: "What it is for" });
  const tick = (id, label, hint) => [h("input", { type: "checkbox", id }), h("label", { class: "choice", for: id }, label, h("small", { class: "muted" }, hint))];
  const [closed, closedLabel] = tick("channel-private", "Private", "Only members know of it.");
  const [shared, sharedLabel] = tick("channel-shared", "Shared with another organisation", "Their people read it too.");
  const add = async () => {
    const made = await scene.change("add_channel", { name: name.value, purpose: purpose.value, private: closed.checked, shared: shared.checked });
    if (!made) return;
    await act("join", { person: scene.me, channel: made.channel, who: scene.bot });
    scene.closePanel();
    scene.go({ channel: made.channel, thread: "" });
  };
  const field = (label, control) => h("div", { class: "field" }, h("label", { class: "label", for: control.id }, label), control);
  panel("New channel", [field("Name", name), field("Purpose", purpose), h("div", { class: "tick" }, closed, closedLabel), h("div", { class: "tick" }, shared, sharedLabel), h("p", { class: "muted" }, "Teller is brought in at once.")], [h("button", { type: "button", class: "button primary", "data-testid": "add-channel", onclick: add }, icon("plus"), "Create")]);
}
