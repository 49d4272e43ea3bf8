// A small bot on Slack's own framework: it repeats what it hears, in every way that a bot may answer.
const { App } = require("@slack/bolt");

const { WORKSPACE, BOT_TOKEN, APP_TOKEN, SIGNING_SECRET, PORT, MODE } = process.env;
const socket = MODE === "socket";

const app = new App({
  token: BOT_TOKEN,
  appToken: socket ? APP_TOKEN : undefined,
  signingSecret: SIGNING_SECRET,
  socketMode: socket,
  endpoints: "/slack/events",
  clientOptions: { slackApiUrl: `${WORKSPACE}/api/` },
});

const plain = (text) => ({ type: "plain_text", text });

app.event("app_mention", async ({ event, client, context }) => {
  const stream = client.chatStream({ channel: event.channel, thread_ts: event.thread_ts || event.ts, recipient_team_id: context.teamId, recipient_user_id: event.user, buffer_size: 1 });
  for (const word of ["echo: ", event.text]) await stream.append({ markdown_text: word });
  await stream.stop({ blocks: [{ type: "actions", elements: [{ type: "button", action_id: "why", text: plain("Why?") }] }] });
});

app.message(async ({ message, say }) => {
  if (message.channel_type === "im" && !message.subtype) await say({ text: `echo: ${message.text}`, thread_ts: message.ts });
});

app.event("message", async ({ event, client }) => {
  if (event.subtype !== "file_share") return;
  const names = event.files.map((file) => file.name).join(", ");
  await client.filesUploadV2({ channel_id: event.channel, thread_ts: event.ts, filename: "names.csv", content: `name\n${names}\n` });
});

app.command("/echo", async ({ command, ack, respond }) => {
  await ack(`heard ${command.text}`);
  await respond({ response_type: "in_channel", text: `echo: ${command.text}` });
});

app.action("why", async ({ ack, body, client }) => {
  await ack();
  const label = { type: "input", block_id: "b", label: plain("Why?"), element: { type: "plain_text_input", action_id: "a" } };
  await client.views.open({ trigger_id: body.trigger_id, view: { type: "modal", callback_id: "form", title: plain("Tell me"), submit: plain("Send"), blocks: [label], private_metadata: body.channel.id } });
});

app.view("form", async ({ ack, view, body, client }) => {
  const said = view.state.values.b.a.value;
  if (!said) return ack({ response_action: "errors", errors: { b: "Say something." } });
  await ack();
  await client.chat.postEphemeral({ channel: view.private_metadata, user: body.user.id, text: `echo: ${said}` });
});

app.shortcut("explain", async ({ ack, shortcut, client }) => {
  await ack();
  await client.chat.postMessage({ channel: shortcut.channel.id, thread_ts: shortcut.message.ts, text: `echo: ${shortcut.message.text}` });
});

app.event("app_home_opened", async ({ event, client }) => {
  if (event.tab === "home") await client.views.publish({ user_id: event.user, view: { type: "home", blocks: [{ type: "header", text: plain("echo") }] } });
});

app.event("agent_session_stopped", async ({ event, client }) => {
  await client.chat.postMessage({ channel: event.channel, thread_ts: event.thread_ts, text: `stopped ${event.streaming_message_ts.length}` });
});

app.error(async (error) => { console.error(error); process.exitCode = 1; });

app.start(socket ? undefined : Number(PORT)).then(() => console.log("ready"), (error) => { console.error(error); process.exit(1); });
process.on("SIGTERM", () => app.stop().then(() => process.exit()));
