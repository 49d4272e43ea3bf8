"""The `teller` command."""

import argparse
import json
import shutil
import sys
import time
from collections.abc import Callable, Sequence

from bot import (
    cli_analysis,
    cli_ask,
    cli_bank,
    cli_compare,
    cli_doctor,
    cli_evaluate,
    cli_models,
    cli_status,
    cli_verified,
)
from knowledge.errors import TellerError, UserError
from workers.runtime import read_runtime
from workers.settings import Settings, read_settings

Run = Callable[[argparse.Namespace, Settings], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options, read_settings())
    except TellerError as error:
        return _fail(options, str(error))
    except KeyboardInterrupt:
        return _fail(options, "Interrupted.", status=130)
    return status


def _fail(options: argparse.Namespace, words: str, *, status: int = 1) -> int:
    if getattr(options, "json", False):
        print(json.dumps({"error": words}))
    print(f"teller: {words}", file=sys.stderr)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="teller", description="A colleague for the bank's Slack.")
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    up = _verb(verbs, "up", "start everything on this computer", _up)
    up.add_argument("--port", type=int, default=8200, help="port of the local workspace's page (8200)")
    # When `make up` began, in seconds since 1970: what is waited for is counted from there.
    up.add_argument("--began", type=float, help=argparse.SUPPRESS)
    up.add_argument("--no-samples", action="store_true", help="start with an empty library")

    ask = _verb(verbs, "ask", "ask one question without Slack", cli_ask.ask)
    ask.add_argument("question", metavar="QUESTION")
    ask.add_argument("--as", dest="person", metavar="USER", default="", help="see only what this person may see")
    ask.add_argument("--in", dest="channel", metavar="CHANNEL", default="", help="ask as in this channel")
    ask.add_argument("--in-process", action="store_true", help="answer here even when workers run")

    ingest = _verb(verbs, "ingest", "read files into the library", cli_ask.ingest)
    ingest.add_argument("paths", nargs="+", metavar="PATH")
    ingest.add_argument(
        "--in", dest="channel", metavar="CHANNEL", default="", help="for this channel only; else public"
    )
    ingest.add_argument("--in-process", action="store_true", help="read here even when workers run")

    compare = _verb(
        verbs, "compare", "compare two contracts clause by clause, or data sheets in one table", cli_compare.compare
    )
    compare.add_argument("first", metavar="A")
    compare.add_argument("others", nargs="+", metavar="B")
    compare.add_argument("--html", metavar="FILE", help="write the whole comparison there")
    compare.add_argument(
        "--playbook", metavar="FILE", help="check against these rules instead of the ones that come along"
    )

    reindex = _verb(verbs, "reindex", "read every document again and switch to the new index", cli_ask.reindex)
    reindex.add_argument("--in-process", action="store_true", help="work here even when workers run")
    reindex.add_argument("--dry-run", action="store_true", help="say what it would come to, and change nothing")

    _verb(verbs, "status", "what runs, what waits, where the logs are", cli_status.status)

    _verb(verbs, "doctor", "check every part and say how to mend what is wrong", cli_doctor.doctor)
    probe = _verb(verbs, "probe", "exit with 1 unless there is progress: for health checks", cli_doctor.probe)
    probe.add_argument("process", nargs="?", default="", metavar="PROCESS", help="bot, answer, index, deliver, janitor")
    _verb(verbs, "migrate", "bring the tables of the state database up to date", cli_doctor.migrate)

    models = _verb(verbs, "models", "list or fetch weights", None)
    model_verbs = models.add_subparsers(required=True, metavar="list|pull")
    _verb(model_verbs, "list", "weights by name", cli_models.list_weights)
    _verb(model_verbs, "pull", "fetch weights, checked by sha256", cli_models.pull).add_argument(
        "names", nargs="*", metavar="NAME", help="by default those that the settings name"
    )

    _data_verbs(verbs)

    _verb(verbs, "analysis", "set up what free analysis of a result runs on", cli_analysis.set_up)

    evaluate = _verb(
        verbs, "evaluate", f"score a set of cases: {' or '.join(cli_evaluate.SETS)}", cli_evaluate.evaluate
    )
    evaluate.add_argument("set", choices=cli_evaluate.SETS, metavar="SET", help=", ".join(cli_evaluate.SETS))
    evaluate.add_argument("--cases", required=True, metavar="DIR", help="the folder of the set")
    evaluate.add_argument("--limit", type=int, metavar="N", help="a sample of N, by fixed seed")
    evaluate.add_argument(
        "--answers", type=int, default=0, metavar="N", help="contracts, finance: put N questions to the model"
    )
    evaluate.add_argument("--with-model", action="store_true", help="routing: beside the language model alone")
    evaluate.add_argument(
        "--database",
        default="sqlite",
        metavar="sqlite|mysql|URL",
        help="sql: SQLite, a MariaDB server started for it, or the administrator's URL of one",
    )
    evaluate.add_argument("--fresh", action="store_true", help="forget what an interrupted run had done")

    reset = _verb(verbs, "reset", "forget everything in the data folder: library, ledger, conversations", _reset)
    reset.add_argument("--yes", action="store_true", help="do it")
    return parser


def _data_verbs(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    bank = _verb(verbs, "bank", "seed or describe the bank's data", None)
    bank_verbs = bank.add_subparsers(required=True, metavar="seed|describe")
    seed = _verb(bank_verbs, "seed", "make the demo bank, or make it anew", cli_bank.seed)
    seed.add_argument("--if-missing", action="store_true", help="keep one that is there")
    seed.add_argument("--if-old", action="store_true", help="keep one that was made today")
    seed.add_argument("--today", metavar="DATE", help="the last day that it knows of (today)")
    seed.add_argument("--yes", action="store_true", help="even at BANK_URL")
    _verb(bank_verbs, "describe", "the tables and their rows", cli_bank.describe)

    verified = _verb(verbs, "verified", "list or decide about the queries that people have corrected", None)
    verified_verbs = verified.add_subparsers(required=True, metavar="list|approve|reject|retire")
    listed = _verb(verified_verbs, "list", "those that wait and those that count", cli_verified.show)
    listed.add_argument("--state", choices=cli_verified.STATES, help="those of one state")
    for decision, what in cli_verified.VERBS.items():
        decided = _verb(verified_verbs, decision, what, cli_verified.decide)
        decided.add_argument("number", type=int, metavar="NUMBER")
        decided.add_argument("--as", dest="person", metavar="USER", required=True, help="the admin who decides")
        decided.set_defaults(decision=decision)


def _verb(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, help_text: str, run: Run | None
) -> argparse.ArgumentParser:
    parser = verbs.add_parser(name, help=help_text, description=help_text)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    if run:
        parser.set_defaults(run=run)
    return parser


def _up(options: argparse.Namespace, settings: Settings) -> int:
    from bot.samples import share_samples
    from bot.up import House  # Starts processes: nothing that the other verbs need to load.

    cli_models.require(settings)
    began = time.monotonic()

    def say(words: str) -> None:
        print(words, flush=True, file=sys.stderr if options.json else sys.stdout)

    house = House(settings, port=options.port, began=options.began, say=say)
    try:
        house.start()
        where = house.page or "Slack"
        report = {
            "page": house.page,
            "seconds": round(time.monotonic() - began, 1),
            "logs": str(settings.data / "logs"),
        }
        print(
            json.dumps(report)
            if options.json
            else f"Teller is up: {where}   (Ctrl-C stops it; logs in {report['logs']})",
            flush=True,
        )
        if not settings.bank_url:
            house.errand("bank", ["python", "-m", "bot.cli", "bank", "seed", "--if-old"])
        # Some hundred megabytes the first time: until they are here, free analysis says that it is not set up.
        house.errand("analysis", ["python", "-m", "bot.cli", "analysis"])
        if house.page and not options.no_samples:
            share_samples(house.settings, house.page)
        house.watch()
    finally:
        house.close()
    return 0


def _reset(options: argparse.Namespace, settings: Settings) -> int:
    if read_runtime(settings.data):
        raise UserError("Teller is running: stop it first (Ctrl-C in its window).")
    if not options.yes:
        raise UserError(f"This removes {settings.data}. Say `teller reset --yes`.")
    shutil.rmtree(settings.data, ignore_errors=True)
    print(json.dumps({"removed": str(settings.data)}) if options.json else f"Removed {settings.data}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
