// One message: who, when, what, its files, reactions and thread.
import { blocks } from "./blocks.js";
import { avatar, clock, h, icon } from "./dom.js";
import { emoji, PICKS } from "./emoji.js";
import { files } from "./files.js";
import { mrkdwn } from "./mrkdwn.js";

export function message(said, scene, { compact = false, inThread = false } = {}) {
  const author = scene.person(said.user);
  const gone = said.subtype === "tombstone";
  const quiet = said.subtype === "channel_join";
  const classes = ["message", compact && "compact", said.is_ephemeral && "ephemeral", gone && "gone", quiet && "quiet"];
  const time = h("time", { datetime: new Date(Number(said.ts) * 1000).toISOString(), class: "time" }, clock(said.ts));
  return h(
    "article",
    {
      class: classes.filter(Boolean).join(" "),
      tabindex: -1,
      "data-testid": "message",
      "data-ts": said.ts,
      "data-user": said.user,
      "data-streaming": said.streaming_state === "in_progress" || undefined,
      "aria-label": `${author.name}, ${clock(said.ts)}`,
    },
    compact ? h("span", { class: "gutter" }, time) : avatar(author),
    h(
      "div",
      { class: "body" },
      said.is_ephemeral && h("div", { class: "only-you", "data-testid": "ephemeral-label" }, "Only visible to you"),
      !compact && h("div", { class: "by" }, h("span", { class: "author" }, author.name), author.is_bot && h("span", { class: "tag" }, "App"), time),
      content(said, scene),
      files(said, scene),
      reactions(said, scene),
      !inThread && said.reply_count && summary(said, scene),
    ),
    !gone && !quiet && tools(said, scene, inThread),
  );
}

function content(said, scene) {
  const drawn = h("div", { class: "text", "data-testid": "message-text" });
  const own = scene.forMessage(said);
  const typed = !said.bot_id && said.blocks?.every((each) => each.type === "rich_text");
  // What people type is kept as markup in `text`; their rich text block says the same with less.
  if (said.blocks?.length && !typed) drawn.append(...blocks(said.blocks, own));
  else drawn.append(...mrkdwn(said.text || "", own.names));
  if (said.edited && said.user !== scene.bot) drawn.append(h("span", { class: "edited" }, " (edited)"));
  return drawn;
}

function reactions(said, scene) {
  if (!said.reactions?.length) return null;
  return h(
    "div",
    { class: "reactions" },
    said.reactions.map((each) =>
      h(
        "button",
        {
          type: "button",
          class: "reaction",
          "aria-pressed": String(each.users.includes(scene.me)),
          "aria-label": `${each.name}, ${each.users.map((user) => scene.person(user).name).join(", ")}`,
          "data-testid": `reaction-${each.name}`,
          onclick: () => scene.react(said, each.name),
        },
        emoji(each.name),
        h("span", {}, String(each.count)),
      ),
    ),
  );
}

function summary(said, scene) {
  const people = (said.reply_users || []).slice(0, 4).map((user) => avatar(scene.person(user), "small"));
  const count = said.reply_count === 1 ? "1 reply" : `${said.reply_count} replies`;
  return h(
    "button",
    { type: "button", class: "summary", "data-testid": "thread-summary", onclick: () => scene.openThread(said.ts) },
    people,
    h("strong", {}, count),
    h("span", { class: "muted" }, `last at ${clock(said.latest_reply)}`),
  );
}

function tools(said, scene, inThread) {
  const button = (name, label, shape, act) =>
    h("button", { type: "button", title: label, "aria-label": label, "data-testid": name, onclick: act }, icon(shape));
  return h(
    "div",
    { class: "tools", role: "toolbar", "aria-label": "Message actions" },
    !said.is_ephemeral && button("react", "React", "smile", (event) => scene.menu(event.currentTarget, picks(said, scene), "row")),
    !inThread && !said.is_ephemeral && button("reply", "Reply in thread", "reply", () => scene.openThread(said.ts)),
    button("more", "More", "more", (event) => scene.menu(event.currentTarget, choices(said, scene))),
  );
}

function picks(said, scene) {
  return PICKS.map((name) => ({ label: emoji(name), name, act: () => scene.react(said, name) }));
}

function choices(said, scene) {
  const mine = said.user === scene.me;
  const found = [{ label: "Copy text", name: "copy", act: () => navigator.clipboard.writeText(said.text) }];
  if (said.is_ephemeral) return [...found, { label: "Dismiss", name: "delete-message", act: () => scene.remove(said) }];
  for (const each of scene.shortcuts("message")) found.push({ label: each.name, name: `shortcut-${each.callback_id}`, act: () => scene.run(each, said) });
  if (mine && !said.files) found.push({ label: "Edit message", name: "edit-message", act: () => scene.edit(said) });
  for (const file of (said.files || []).filter((each) => each.mode !== "tombstone")) {
    if (file.user === scene.me || scene.admin) found.push({ label: `Delete file ${file.name}`, name: "delete-file", danger: true, act: () => scene.removeFile(file) });
  }
  if (mine || scene.admin) found.push({ label: "Delete message", name: "delete-message", danger: true, act: () => scene.remove(said) });
  return found;
}
