from collections.abc import Callable

import pytest
from workspace_fixture import LocalWorkspace

Start = Callable[..., LocalWorkspace]


def test_a_restart_keeps_the_conversation(start: Start) -> None:
    before = start()
    ts = before.post("ben", "general", "Keep this", files=[("a.pdf", b"%PDF kept")])
    before.client.chat_postMessage(
        channel="C0GENERAL1", thread_ts=ts, text="Kept", metadata={"event_type": "a", "event_payload": {}}
    )
    before.act("react", person="ben", channel="general", ts=ts, name="eyes")
    before.leave("ada", "retail", who="teller")
    said = before.messages("general", ts)
    before.close()

    after = start(port=before.port)

    assert after.messages("general", ts) == said
    assert after.file_bytes("ben", said[0]["files"][0]) == b"%PDF kept"
    assert after.client.conversations_info(channel="C0RETAIL01")["channel"]["is_member"] is False
    assert after.bot_token == before.bot_token
    assert after.post("ben", "general", "Later") > said[-1]["ts"]


def test_a_killed_workspace_has_lost_nothing_that_was_posted(start: Start) -> None:
    before = start()
    ts = before.post("ben", "general", "Safe", files=[("a.pdf", b"%PDF")])
    before.process.kill()
    before.close()

    assert [each["ts"] for each in start().messages("general")] == [ts]


def test_reset_forgets_the_conversation_and_keeps_the_secrets(start: Start) -> None:
    before = start()
    before.post("ben", "general", "Forget this", files=[("a.pdf", b"%PDF")])
    before.close()

    after = start(reset=True)

    assert after.messages("general") == []
    assert list((after.folder / "files").iterdir()) == []
    assert after.bot_token == before.bot_token


def test_a_port_that_is_taken_is_named(start: Start) -> None:
    first = start("one")

    with pytest.raises(RuntimeError, match=f"Port {first.port} cannot be opened"):
        start("two", port=first.port)
