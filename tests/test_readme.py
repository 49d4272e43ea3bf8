"""README's tables are those of the code; `python -m tests.test_readme` writes them."""

import argparse
import re
from dataclasses import fields
from pathlib import Path

import pytest

from bot.cli import _parser
from workers.settings import Settings

README = Path(__file__).resolve().parent.parent / "README.md"


def commands_table() -> str:
    """Return the verbs of `teller` as a table."""
    parser = _parser()
    verbs = next(each for each in parser._actions if isinstance(each, argparse._SubParsersAction))
    rows = ["| command | does |", "|---|---|"]
    for name, verb in verbs.choices.items():
        usage = (
            re.sub(r"\s+", " ", verb.format_usage())
            .removeprefix("usage: ")
            .replace("[-h] ", "")
            .replace("[--json] ", "")
        )
        rows.append(
            f"| `{usage.strip().replace('|', '¦')}` | {verbs._choices_actions[len(rows) - 2].help} |".replace(
                "¦", "\\|"
            )
        )
        assert name in usage
    return "\n".join(rows)


def settings_table() -> str:
    """Return the settings as a table."""
    rows = ["| variable | default | is |", "|---|---|---|"]
    for each in fields(Settings):
        default = f"`{each.default}`" if each.default else ""
        rows.append(f"| `{each.name.upper()}` | {default} | {each.metadata['help']} |")
    return "\n".join(rows)


TABLES = {"commands": commands_table, "settings": settings_table}


@pytest.mark.parametrize("name", TABLES)
def test_the_table_in_the_readme_is_that_of_the_code(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    text = README.read_text(encoding="utf-8")

    found = re.search(rf"<!-- {name} -->\n(.*?)\n?<!-- /{name} -->", text, re.DOTALL)

    assert found
    assert found.group(1).strip() == TABLES[name]()


if __name__ == "__main__":
    written = README.read_text(encoding="utf-8")
    for name, table in TABLES.items():
        written = re.sub(
            rf"<!-- {name} -->.*?<!-- /{name} -->",
            lambda _, name=name, table=table: f"<!-- {name} -->\n{table()}\n<!-- /{name} -->",
            written,
            flags=re.DOTALL,
        )
    README.write_text(written, encoding="utf-8")
