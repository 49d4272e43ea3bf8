"""Let PandasAI have code written, run it, and put what comes of it in plain parts."""

import ast
import io
import sys
import types
import warnings
from collections.abc import Callable
from typing import Any

from knowledge.analysis.child import answer

TABLE = "result"
FETCH = f'df = execute_sql_query("SELECT * FROM {TABLE}")'  # noqa: S608 - in the jail, on the frame alone
TRIES = 2  # Times that code which did not run is written anew.
HEAD = 3
WIDE = 60  # Characters of a value that the model reads.
LONGEST_ERROR = 300
# What pandasai has under another licence is never loaded; this is all that the rest of it takes from there.
STAND_IN = "pandasai.ee"
PROMPT = """{{ context.description }}

### Task: {{ context.memory.get_last_message() | replace("### QUERY\n", "") | trim }}
"""
MEND = """{{ context.description }}

### Task: {{ context.memory.get_last_message() | replace("### QUERY\n", "") | trim }}

This code failed:
```python
{{ code }}
```
Error: {{ error.split("The above exception")[0].strip().splitlines()[-1][:300] }}
Write it again without the error.
"""


def analyse(frame: bytes, asked: dict[str, Any], ask: Callable[[str], str]) -> dict[str, Any]:
    """Return the result for `asked`, which holds a `question` and a `hint`, or what stood in its way."""
    _stand_in()
    warnings.simplefilter("ignore")
    import pandasai as pai  # noqa: PLC0415 - only now is its licensed part kept out.
    import pyarrow as pa  # noqa: PLC0415
    from pandasai.core import prompts  # noqa: PLC0415

    prompts.GeneratePythonCodeWithSQLPrompt.template = PROMPT
    prompts.CorrectExecuteSQLQueryUsageErrorPrompt.template = MEND
    prompts.CorrectOutputTypeErrorPrompt.template = MEND
    with pa.ipc.open_stream(io.BytesIO(frame)) as stream:
        rows = stream.read_all().to_pandas(use_threads=False)
    writer = _writer(ask)
    answer.keep_pictures()
    agent = pai.Agent(
        pai.DataFrame(rows, _table_name=TABLE),
        config={"llm": writer, "save_logs": False, "verbose": False, "max_retries": TRIES},
    )
    agent._state.description = _described(rows, str(asked["hint"]))  # noqa: SLF001 - read by the prompts above.
    try:
        said = agent.chat(str(asked["question"]))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever generated code raises, the parent is told.
        return {"failed": _words(error), "code": writer.last}
    if said.type == "error":
        return {"failed": str(said.error).strip().rsplit("\n", 1)[-1][:LONGEST_ERROR], "code": writer.last}
    return {**answer.plain(said.type, said.value), "code": writer.last}


def _writer(ask: Callable[[str], str]) -> Any:
    from pandasai.llm.base import LLM  # noqa: PLC0415

    class Writer(LLM):  # type: ignore[misc]
        """The model at the other end of the pipe; `last` is the code that it wrote last."""

        last = ""

        @property
        def type(self) -> str:
            """Return a name for logs that nobody keeps."""
            return "pipe"

        def call(self, instruction: Any, context: Any = None) -> str:
            """Return the model's code, which begins with the frame if it forgot to."""
            code = self._extract_code(ask(instruction.to_string()))
            if not _fetches(code):
                code = f"{FETCH}\n{code}"
            self.last = code
            return f"```python\n{code}\n```"

    return Writer()


def _fetches(code: str) -> bool:
    """Tell whether code asks for rows by itself, as PandasAI demands."""
    calls = (each.func for each in ast.walk(ast.parse(code)) if isinstance(each, ast.Call))
    return any(isinstance(each, ast.Name) and each.id == "execute_sql_query" for each in calls)


def _described(rows: Any, hint: str) -> str:
    columns = "\n".join(
        f"- {name}: {_kind(rows[name])}, like {', '.join(str(each)[:WIDE] for each in rows[name].head(HEAD))}"
        for name in rows.columns
    )
    return f"""`df` is a pandas DataFrame of {len(rows)} rows with these columns:
{columns}
It is there already:
```python
import pandas as pd
import numpy as np
import matplotlib.pyplot as plt
{FETCH}
```
{hint}
The last line sets `result`, a dict, to one of:
result = {{"type": "number", "value": 12.5}}
result = {{"type": "string", "value": f"The highest is {{name}}."}}
result = {{"type": "dataframe", "value": df}}
result = {{"type": "plot", "value": "chart.png"}} after plt.savefig("chart.png")"""


def _kind(column: Any) -> str:
    return {"i": "whole number", "f": "number", "b": "true or false", "M": "date"}.get(column.dtype.kind, "text")


def _words(error: BaseException) -> str:
    cause = error.__cause__ or error
    return f"{type(cause).__name__}: {cause}"[:LONGEST_ERROR]


def _stand_in() -> None:
    """Put empty modules in the place of those under another licence."""
    package, skills, manager = (types.ModuleType(f"{STAND_IN}{each}") for each in ("", ".skills", ".skills.manager"))
    package.__path__ = skills.__path__ = []

    class SkillsManager:
        """No skills."""

        @staticmethod
        def get_skills() -> list[Any]:
            """Return none."""
            return []

    skills.skill = lambda function: function  # type: ignore[attr-defined]
    manager.SkillsManager = SkillsManager  # type: ignore[attr-defined]
    sys.modules.update({each.__name__: each for each in (package, skills, manager)})
