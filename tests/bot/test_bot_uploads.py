from tests.bot.small_slack import BEN, BOT, DIRECT, GENERAL, Bot, said, shared


def test_each_file_of_a_message_becomes_a_row_of_its_own(bot: Bot) -> None:
    bot.event(shared("", "F1", "F2", channel=GENERAL))

    assert [(row.kind, row.item) for row in bot.rows] == [("file", "F1"), ("file", "F2")]
    assert bot.rows[0].detail == {
        "id": "F1", "name": "F1.pdf", "size": 1234, "mimetype": "application/pdf", "mode": "hosted",
    }  # fmt: skip
    assert len(bot.queued) == 2


def test_thirty_files_are_all_recorded_and_a_repeated_event_adds_none(bot: Bot) -> None:
    event = shared("", *(f"F{number}" for number in range(30)))

    for retry in (0, 1):
        assert bot.event(event, event_id="Ev1", retry=retry).status == 200

    assert len(bot.rows) == 30


def test_files_with_a_question_become_rows_before_the_question_of_the_same_thread(bot: Bot) -> None:
    bot.event(shared(f"<@{BOT}> who signed these?", "F1", "F2", channel=GENERAL))

    assert [(row.kind, row.text, row.reply_thread) for row in bot.rows] == [
        ("file", "", "1700000001.000100"),
        ("file", "", "1700000001.000100"),
        ("question", "who signed these?", "1700000001.000100"),
    ]


def test_words_beside_a_file_in_a_channel_are_no_question_without_a_mention(bot: Bot) -> None:
    bot.event(shared("the new lease", "F1", channel=GENERAL))

    assert [row.kind for row in bot.rows] == ["file"]


def test_words_beside_a_file_in_a_direct_message_are_a_question(bot: Bot) -> None:
    bot.event(shared("Who signed?", "F1"))

    assert [row.kind for row in bot.rows] == ["file", "question"]


def test_a_file_with_nothing_but_a_mention_is_answered_by_its_receipt(bot: Bot) -> None:
    bot.event(shared(f"<@{BOT}>", "F1", channel=GENERAL))

    assert [row.kind for row in bot.rows] == ["file"]


def test_the_stub_of_a_file_from_another_workspace_is_recorded(bot: Bot) -> None:
    stub = {"id": "F9", "created": 0, "timestamp": 0, "mode": "file_access", "file_access": "check_file_info"}

    bot.event(said("", channel=GENERAL, subtype="file_share", files=[stub]))

    (row,) = bot.rows
    assert (row.item, row.detail["mode"], row.detail["name"]) == ("F9", "file_access", "")


def test_a_file_that_is_gone_already_is_not_recorded(bot: Bot) -> None:
    bot.event(said("", channel=GENERAL, subtype="file_share", files=[{"id": "F9", "mode": "tombstone"}]))

    assert bot.rows == []


def test_files_of_the_bot_itself_are_ignored(bot: Bot) -> None:
    bot.event(shared("", "F1", channel=GENERAL) | {"user": BOT, "bot_id": "B0TELLER01"})

    assert bot.rows == []


def test_a_deleted_file_becomes_a_removal_once(bot: Bot) -> None:
    event = {"type": "file_deleted", "file_id": "F1", "channel_ids": [DIRECT], "event_ts": "1700000009.000100"}

    for retry in (0, 1):
        bot.event(event, event_id="Ev1", retry=retry)

    (row,) = bot.rows
    assert (row.kind, row.item, row.channel) == ("removal", "F1", DIRECT)
    assert bot.queued == [(row.id, "removal")]


def test_a_file_deleted_from_nowhere_is_removed_all_the_same(bot: Bot) -> None:
    bot.event({"type": "file_deleted", "file_id": "F1", "event_ts": "1700000009.000100"})

    assert [row.item for row in bot.rows] == ["F1"]


def test_the_uploader_is_recorded(bot: Bot) -> None:
    bot.event(shared("", "F1"))

    assert bot.rows[0].user == BEN
