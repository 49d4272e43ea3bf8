// Slack's own Web API and Socket Mode clients, asked for everything that the workspace offers; prints what failed.
const assert = require("node:assert/strict");
const { WebClient, ErrorCode } = require("@slack/web-api");
const { SocketModeClient } = require("@slack/socket-mode");

const { WORKSPACE, BOT_TOKEN, APP_TOKEN, CHANNEL, USER } = process.env;
const options = { slackApiUrl: `${WORKSPACE}/api/` };
const slack = new WebClient(BOT_TOKEN, options);
const checks = {
  async "who and where"() {
    const me = await slack.auth.test();
    assert.ok(me.response_metadata.scopes.includes("chat:write"));
    assert.equal((await slack.users.info({ user: USER })).user.id, USER);
    assert.equal((await slack.bots.info({ bot: me.bot_id })).bot.app_id, me.app_id);
    const names = [];
    for await (const page of slack.paginate("conversations.list", { limit: 1 })) names.push(...page.channels.map((each) => each.name));
    assert.deepEqual(names, ["general", "retail"]);
  },
  async "post, change, react, find and delete"() {
    const { ts } = await slack.chat.postMessage({ channel: CHANNEL, text: "one", metadata: { event_type: "t", event_payload: { a: 1 } } });
    await slack.chat.update({ channel: CHANNEL, ts, text: "two" });
    await slack.reactions.add({ channel: CHANNEL, timestamp: ts, name: "eyes" });
    await slack.chat.postMessage({ channel: CHANNEL, thread_ts: ts, text: "reply" });
    const found = await slack.conversations.replies({ channel: CHANNEL, ts, include_all_metadata: true });
    assert.deepEqual(found.messages.map((each) => each.text), ["two", "reply"]);
    assert.equal(found.messages[0].reactions[0].name, "eyes");
    assert.match((await slack.chat.getPermalink({ channel: CHANNEL, message_ts: ts })).permalink, /archives/);
    await slack.chat.delete({ channel: CHANNEL, ts: found.messages[1].ts });
    assert.equal((await slack.conversations.history({ channel: CHANNEL, latest: ts, inclusive: true, limit: 1 })).messages[0].reply_count, undefined);
  },
  async "files in three steps"() {
    const { ts } = await slack.chat.postMessage({ channel: CHANNEL, text: "files" });
    const sent = await slack.filesUploadV2({ channel_id: CHANNEL, thread_ts: ts, initial_comment: "two of them", file_uploads: [{ filename: "a.csv", content: "x,y" }, { filename: "b.txt", content: "b" }] });
    const id = sent.files[0].files[0].id;
    const { file } = await slack.files.info({ file: id });
    assert.equal(file.size, 3);
    const bytes = await fetch(file.url_private, { headers: { Authorization: `Bearer ${BOT_TOKEN}` } });
    assert.equal(await bytes.text(), "x,y");
    await slack.files.delete({ file: id });
  },
  async "a stream with tasks"() {
    const { ts } = await slack.chat.postMessage({ channel: CHANNEL, text: "stream" });
    const { team_id: team } = await slack.auth.test();
    const stream = slack.chatStream({ channel: CHANNEL, thread_ts: ts, recipient_team_id: team, recipient_user_id: USER, task_display_mode: "plan", buffer_size: 1 });
    await stream.append({ chunks: [{ type: "plan_update", title: "Plan" }, { type: "task_update", id: "1", title: "Read", status: "complete" }] });
    await stream.append({ markdown_text: "**done**" });
    const ended = await stream.stop();
    assert.deepEqual(ended.message.blocks.map((each) => each.type), ["plan", "markdown"]);
  },
  async "the assistant's status, title and prompts"() {
    const { ts } = await slack.chat.postMessage({ channel: CHANNEL, text: "status" });
    const place = { channel_id: CHANNEL, thread_ts: ts };
    await slack.assistant.threads.setStatus({ ...place, status: "is thinking", loading_messages: ["a", "b"] });
    await slack.assistant.threads.setTitle({ ...place, title: "Title" });
    await slack.assistant.threads.setSuggestedPrompts({ ...place, prompts: [{ title: "t", message: "m" }] });
    assert.equal((await slack.apiCall("agents.sessions.setStatus", { ...place, status: "processing" })).status, "processing");
  },
  async "refusals are Slack's"() {
    const refused = (error) => error.code === ErrorCode.PlatformError && error.data.error;
    await assert.rejects(slack.chat.postMessage({ channel: "C0NOWHERE", text: "x" }), (error) => refused(error) === "channel_not_found");
    await assert.rejects(new WebClient("xoxb-wrong", options).auth.test(), (error) => refused(error) === "invalid_auth");
    await assert.rejects(slack.views.open({ trigger_id: "1.2", view: { type: "modal", title: { type: "plain_text", text: "t" }, blocks: [] } }), (error) => refused(error) === "invalid_trigger_id");
  },
  async "events over the socket"() {
    const client = new SocketModeClient({ appToken: APP_TOKEN, clientOptions: options });
    const heard = new Promise((resolve) => client.on("slack_event", async ({ ack, body, type }) => { await ack(); if (type === "events_api" && body.event.user === USER) resolve(body); }));
    await client.start();
    process.stdout.write("listening\n");
    assert.equal((await heard).event.text, "hello");
    await client.disconnect();
  },
};

(async () => {
  for (const [name, check] of Object.entries(checks)) {
    try {
      await check();
      console.log(`ok ${name}`);
    } catch (error) {
      console.log(`failed ${name}: ${error.stack}`);
      process.exitCode = 1;
    }
  }
})();
