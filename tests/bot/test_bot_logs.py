import logging
import sys

import pytest

from bot.logs import HidingFormatter, hide


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("token xoxb-12-ab_C", "token [hidden]"),
        ("tokens xapp-1-A0-99-ff, xoxp-2", "tokens [hidden], [hidden]"),
        ("mysql+pymysql://teller:s3cr3t@db/teller", "mysql+pymysql://teller:[hidden]@db/teller"),
        ("redis://:s3cr3t@queue:6379/0", "redis://:[hidden]@queue:6379/0"),
        ("http://127.0.0.1:8200/api/ as ben@bank.test", "http://127.0.0.1:8200/api/ as ben@bank.test"),
    ],
)
def test_tokens_and_passwords_are_hidden_and_nothing_else(line: str, shown: str) -> None:
    assert hide(line) == shown


def test_the_trace_of_an_error_is_hidden_too() -> None:
    try:
        int("xoxb-12-ab")
    except ValueError:
        record = logging.LogRecord("bot", logging.ERROR, __file__, 1, "failed for %s", ("xapp-1",), sys.exc_info())

    line = HidingFormatter("%(message)s").format(record)

    assert "ValueError: invalid literal for int() with base 10: '[hidden]'" in line
    assert "xapp" not in line
