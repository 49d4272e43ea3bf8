"""Code that a model writes works out a number, words, a table or a picture, and nothing else comes through."""

import io
import threading
import time

import pytest
from PIL import Image

from knowledge.analysis.analyser import Analyser
from knowledge.errors import AnalysisError, UnavailableError
from knowledge.models.llm import StoppedError
from tests.knowledge.analysis.conftest import BY_MONTH


def test_a_number_is_worked_out_from_the_rows(run):
    found = run('result = {"type": "number", "value": df["total_balance_nok"].max()}')

    assert found.number == 900.0
    assert "execute_sql_query" in found.code


def test_words_are_worked_out(run):
    found = run(
        "x = df.dropna()\nslope = np.polyfit(np.arange(3), x['total_balance_nok'][:3], 1)[0]\n"
        'result = {"type": "string", "value": f"It rises by {slope:.1f} a month."}'
    )

    assert found.text == "It rises by 10.5 a month."


def test_a_table_is_worked_out_with_scikit_learn(run):
    found = run(
        "from sklearn.cluster import KMeans\nd = df.dropna().copy()\n"
        "d['cluster'] = KMeans(2, n_init=3, random_state=0).fit_predict(d[['total_balance_nok']])\n"
        'result = {"type": "dataframe", "value": d}'
    )

    assert found.table.columns == ("month", "total_balance_nok", "cluster")
    assert len(found.table.rows) == 4
    assert {row[2] for row in found.table.rows} == {0, 1}


def test_a_chart_is_a_png_of_our_own_making(run):
    found = run('df.plot(x="month", y="total_balance_nok")\nplt.savefig("chart.png")\n'
                'result = {"type": "plot", "value": "chart.png"}')  # fmt: skip

    with Image.open(io.BytesIO(found.picture)) as picture:
        assert picture.format == "PNG"
        assert picture.mode == "P"
        assert picture.info == {}


def test_sql_over_the_frame_works(run):
    assert run('x = execute_sql_query("SELECT COUNT(*) AS n FROM result")\n'
               'result = {"type": "number", "value": int(x["n"][0])}').number == 5  # fmt: skip


def test_code_that_fails_is_written_again_with_its_error(run, llm):
    llm.says('```python\nresult = {"type": "number", "value": df["no_such"].sum()}\n```')

    found = run('result = {"type": "number", "value": 7}')

    assert found.number == 7
    assert "KeyError: 'no_such'" in llm.prompt(1)


def test_the_model_is_asked_three_times_at_most(run, llm):
    llm.says(*["```python\nraise ValueError('no')\n```"] * 2)

    with pytest.raises(AnalysisError):
        run("raise ValueError('no')")

    assert len(llm.prompts) == 3


def test_the_model_reads_few_rows_and_the_hint(run, llm):
    run('result = {"type": "number", "value": 1}', hint="Use a median.")

    assert "Use a median." in llm.prompt(0)
    assert "total_balance_nok: number" in llm.prompt(0)
    assert "900" not in llm.prompt(0)
    assert len(llm.prompt(0)) < 1600


def test_who_says_stop_does_not_wait(run):
    stop = threading.Event()
    threading.Timer(4.0, stop.set).start()
    began = time.monotonic()

    with pytest.raises(StoppedError):
        run("while True: pass", stopped=stop.is_set)

    assert time.monotonic() - began < 20


def test_without_its_environment_the_way_to_set_it_up_is_said(tmp_path, llm):
    with pytest.raises(UnavailableError, match="teller analysis"):
        Analyser(tmp_path, llm).analyse(BY_MONTH, "What is it?")


def test_the_part_under_another_licence_is_neither_there_nor_loaded(run, cache):
    assert not list(cache.glob("pandasai-*/packages/pandasai/ee"))
    assert (
        run(
            "import sys\n"
            "held = [each for name, each in sys.modules.items() if name.startswith('pandasai.ee')]\n"
            "files = [str(getattr(each, '__file__', None)) for each in held]\n"
            'result = {"type": "string", "value": str(sorted(set(files)))}'
        ).text
        == "['None']"
    )
