from tests.bot.small_slack import BEN, GENERAL, Bot, said


def test_a_press_on_show_on_page_is_a_request_of_who_pressed(bot: Bot) -> None:
    bot.event(said("When?"))
    (row,) = bot.rows

    response = bot.press({
        "type": "button", "action_id": "show_c2", "block_id": "b", "value": f"{row.id}:c2", "action_ts": "1700000101.1",
    })  # fmt: skip

    (wish,) = [each for each in bot.rows if each.kind == "page"]
    assert response.status == 200
    assert (wish.user, wish.channel, wish.item, wish.thread_ts) == (BEN, GENERAL, "c2", "1700000001.000100")
    assert wish.detail == {"of": row.id, "whole": False}


def test_open_asks_for_the_whole_page_and_a_forged_value_for_nothing(bot: Bot) -> None:
    bot.event(said("When?"))
    (row,) = bot.rows
    button = {"type": "button", "action_id": "show_whole_c1", "block_id": "b", "action_ts": "1700000101.2"}

    bot.press({**button, "value": f"{row.id}:c1"})
    bot.press({**button, "value": "nobody:c1"})

    (wish,) = [each for each in bot.rows if each.kind == "page"]
    assert wish.detail["whole"] is True
