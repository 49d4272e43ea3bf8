"""Scenes of the page, each with something of what a bot can post."""

import io
from collections.abc import Callable
from typing import Any

from matplotlib.figure import Figure
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from workspace_fixture import LocalWorkspace

Json = dict[str, Any]
GENERAL, LEGAL, BEN, LENA = "C0GENERAL1", "C0LEGAL001", "U0BEN00001", "U0LENA0001"
FOR_LENA = {"recipient_team_id": "T0TELLER01", "recipient_user_id": LENA}
BRANCHES = ("Oslo", "Bergen", "Trondheim", "Stavanger", "Tromsø", "Drammen", "Kristiansand")
DEPOSITS = (412.5, 268.1, 191.7, 174.9, 88.2, 64.4, 51.0)
QUARTERS = ("Q4 2025", "Q1 2026", "Q2 2026", "Q3 2026")
CSV = "branch,deposits,customers\n" + "".join(
    f"{branch},{round(amount * 1e6)},{round(amount * 31)}\n" for branch, amount in zip(BRANCHES, DEPOSITS, strict=True)
)


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def cells(*values: Any) -> list[Json]:
    return [
        {"type": "raw_number", "value": each, "text": f"{each:,}"}
        if isinstance(each, int | float)
        else {"type": "raw_text", "text": each}
        for each in values
    ]


def chart(kind: str = "bar") -> Json:
    if kind == "pie":
        shares = [{"label": name, "value": value} for name, value in zip(BRANCHES[:5], DEPOSITS, strict=False)]
        return {
            "type": "data_visualization",
            "title": "Share of deposits",
            "chart": {"type": "pie", "segments": shares},
        }
    if kind == "bar":
        axis = {"categories": list(BRANCHES), "y_label": "NOK million"}
        data = [{"label": name, "value": value} for name, value in zip(BRANCHES, DEPOSITS, strict=True)]
        series = [{"name": "Deposits", "data": data}]
        title = "Deposits by branch, third quarter 2026"
    else:
        axis = {"categories": list(QUARTERS), "x_label": "Quarter", "y_label": "NOK million"}
        named = {"Retail": (610, 640, 655, 702), "Business": (380, 372, 410, 431)}
        series = [
            {"name": name, "data": [{"label": at, "value": each} for at, each in zip(QUARTERS, values, strict=True)]}
            for name, values in named.items()
        ]
        title = "Deposits by segment"
    return {
        "type": "data_visualization",
        "title": title,
        "chart": {"type": kind, "series": series, "axis_config": axis},
    }


def deposits() -> Json:
    rows = [
        cells(name, value, round(value * 31), f"{share:+.1f} %")
        for name, value, share in zip(BRANCHES, DEPOSITS, (3.1, 1.8, -0.4, 2.2, 5.0, -1.1, 0.7), strict=True)
    ]
    head = cells("Branch", "Deposits, NOK million", "Customers", "Change")
    return {"type": "data_table", "caption": "Deposits by branch on 30 September 2026", "rows": [head, *rows]}


FEEDBACK = {
    "type": "context_actions",
    "elements": [
        {
            "type": "feedback_buttons",
            "action_id": "feedback",
            "positive_button": {"text": plain("Good answer"), "value": "up"},
            "negative_button": {"text": plain("Bad answer"), "value": "down"},
        }
    ],
}
REASONS = {
    "type": "modal",
    "callback_id": "reason",
    "title": plain("What was wrong?"),
    "submit": plain("Send"),
    "close": plain("Cancel"),
    "blocks": [
        {
            "type": "input",
            "block_id": "reason",
            "label": plain("Reason"),
            "element": {
                "type": "radio_buttons",
                "action_id": "choice",
                "options": [
                    {"text": plain(text), "value": text}
                    for text in ("The answer is wrong", "The source does not say that", "Something is missing")
                ],
            },
        },
        {
            "type": "input",
            "block_id": "words",
            "optional": True,
            "label": plain("What should it have said?"),
            "hint": plain("A colleague reads this; it changes no answer by itself."),
            "element": {"type": "plain_text_input", "action_id": "text", "multiline": True},
        },
    ],
}


def contract(workspace: LocalWorkspace) -> str:
    """Lena drops a contract in a channel, and asks about it in its thread; return the thread."""
    slack = workspace.client
    root = workspace.post("lena", "legal", files=[("Fjordbank – Nordlys hosting agreement.pdf", b"%PDF-1.7" * 40_000)])
    receipt = "*I have read this document.* 42 pages, 3 tables. Everyone in #legal can ask about it here."
    slack.chat_postMessage(channel=LEGAL, thread_ts=root, text=receipt)
    workspace.post("lena", "legal", "Which law governs it, and what is the notice period?", thread_ts=root)
    answer = (
        "The agreement is governed by **Norwegian law**, with Oslo District Court as venue. [1] "
        "Either party may terminate with **six months' notice** in writing. [2]\n\n"
        "> This Agreement shall be governed by and construed in accordance with the laws of Norway."
    )
    slack.chat_postMessage(
        channel=LEGAL,
        thread_ts=root,
        text="Norwegian law; six months.",
        blocks=[
            {"type": "markdown", "text": answer},
            {
                "type": "context",
                "elements": [
                    {"type": "mrkdwn", "text": "[1] Nordlys hosting agreement, page 31, clause 18.2"},
                    {"type": "mrkdwn", "text": "[2] page 12, clause 7.1"},
                ],
            },
            FEEDBACK,
        ],
    )
    return root


def figures(workspace: LocalWorkspace) -> None:
    """Ben asks about the bank's data and gets a table, a chart and a file."""
    slack = workspace.client
    channel = workspace.ask("state", person="ben")["channels"][-1]["id"]
    asked = workspace.post("ben", "teller", "Total deposits by branch this quarter, as a chart")
    slack.chat_postMessage(
        channel=channel,
        thread_ts=asked,
        text="Oslo leads.",
        blocks=[
            {"type": "markdown", "text": "**Oslo** holds the most, NOK 412.5 million of NOK 1,250.8 million in all."},
            chart("bar"),
            deposits(),
            {
                "type": "context",
                "elements": [{"type": "mrkdwn", "text": "7 rows · as of 30 September 2026"}],
            },
            {
                "type": "actions",
                "elements": [
                    {"type": "button", "action_id": "sql", "text": plain("Show the SQL")},
                    {"type": "button", "action_id": "csv", "text": plain("Export"), "style": "primary"},
                ],
            },
            FEEDBACK,
        ],
    )
    slack.files_upload_v2(channel=channel, thread_ts=asked, content=CSV, filename="deposits.csv", title="Deposits")
    slack.assistant_threads_setSuggestedPrompts(
        channel_id=channel,
        title="Ask me about the bank's documents and data",
        prompts=[
            {"title": "What can you do?", "message": "What can you do?"},
            {"title": "Deposits by branch", "message": "Total deposits by branch this quarter"},
        ],
    )


def working(workspace: LocalWorkspace) -> tuple[str, str]:
    """Teller works on a long question with a plan; return the thread and the message that grows."""
    slack = workspace.client
    root = workspace.post("lena", "legal", "@Teller compare the liability clauses of our three hosting agreements")
    session = {"channel_id": LEGAL, "thread_ts": root, "status": "processing", "title": "Liability clauses"}
    slack.api_call("agents.sessions.setStatus", json=session)
    stream = slack.chat_startStream(channel=LEGAL, thread_ts=root, task_display_mode="plan", **FOR_LENA)["ts"]
    steps = [
        {"id": "1", "title": "Find the agreements", "status": "complete", "details": "3 of 214 documents"},
        {"id": "2", "title": "Read the clauses on liability", "status": "in_progress", "details": "page 18 of 42"},
        {"id": "3", "title": "Check every quote against its page", "status": "pending"},
    ]
    chunks = [{"type": "plan_update", "title": "Comparing three contracts"}]
    chunks += [{"type": "task_update", **step} for step in steps]
    slack.chat_appendStream(channel=LEGAL, ts=stream, chunks=chunks)
    slack.chat_appendStream(channel=LEGAL, ts=stream, markdown_text="All three cap it at **twelve months' fees**")
    return root, str(stream)


def picture() -> bytes:
    """Return a small chart as PNG."""
    figure = Figure(figsize=(5, 2.6), dpi=100)
    axes = figure.add_subplot()
    axes.plot(QUARTERS, (610, 640, 655, 702), color="#0b6e63", linewidth=2)
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    held = io.BytesIO()
    figure.savefig(held, format="png")
    return held.getvalue()


def pictures(workspace: LocalWorkspace) -> None:
    """Teller posts charts of every kind and a picture."""
    slack = workspace.client
    file = slack.files_upload_v2(content=picture(), filename="deposits.png", title="Deposits")["file"]["id"]
    shown = {"type": "image", "slack_file": {"id": file}, "alt_text": "Deposits grow from 610 to 702 million"}
    slack.chat_postMessage(channel=GENERAL, text="Charts", blocks=[chart("area"), chart("pie"), shown])
    slack.chat_postMessage(channel=GENERAL, text="Line", blocks=[chart("line")])


def home(workspace: LocalWorkspace) -> None:
    """Teller publishes Ben's home."""
    recent = [("Total deposits by branch this quarter", "answered 5 minutes ago"), ("Notice period", "answered today")]
    blocks: list[Json] = [
        {"type": "header", "text": plain("Good morning, Ben")},
        {"type": "section", "text": {"type": "mrkdwn", "text": "You see the documents of *#general* and *#retail*."}},
        {"type": "divider"},
        {"type": "section", "text": {"type": "mrkdwn", "text": "*What you asked lately*"}},
    ]
    for text, state in recent:
        again = {"type": "button", "action_id": f"again-{len(blocks)}", "text": plain("Ask again")}
        words = {"type": "mrkdwn", "text": f"{text}\n_{state}_"}
        blocks.append({"type": "section", "text": words, "accessory": again})
    workspace.client.views_publish(user_id=BEN, view={"type": "home", "blocks": blocks})


def whisper(workspace: LocalWorkspace) -> None:
    """Teller says something for Ben's eyes only."""
    note = "Thank you, noted. A colleague will look at it."
    workspace.client.chat_postEphemeral(channel=GENERAL, user=BEN, text=note)


def listening(workspace: LocalWorkspace, on_form: Callable[[Json], None] = lambda _view: None) -> SocketModeHandler:
    """Connect a small bot that opens a form when an answer is called bad, and answers a command."""
    app = App(client=workspace.client)

    @app.action("feedback")
    def ask(ack: Any, body: Json, client: Any) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=REASONS)

    @app.view("reason")
    def take(ack: Any, view: Json) -> None:
        if not view["state"]["values"]["reason"]["choice"]["selected_option"]:
            ack(response_action="errors", errors={"reason": "Please choose one."})
            return
        ack()
        on_form(view)

    @app.command("/reindex")
    def reindex(ack: Any) -> None:
        ack("Only workspace admins may do that. Please ask one of them.")

    for name in ("message", "app_mention", "app_home_opened", "agent_session_stopped", "file_shared"):
        app.event(name)(lambda: None)
    handler = SocketModeHandler(app, workspace.app_token)
    handler.connect()
    return handler
