"""`teller bank`: the demo bank's data."""

import argparse
import datetime as dt
import json
import time
from pathlib import Path

from knowledge.errors import UnavailableError, UserError
from workers.settings import Settings


def seed(options: argparse.Namespace, settings: Settings) -> int:
    """Make the demo bank, anew when it is there already."""
    from sqlalchemy import create_engine

    from knowledge.database.demo.build import build

    path = _file(settings)
    if path and path.is_file() and (options.if_missing or (options.if_old and _made(path) >= _today())):
        return _report(options, {"database": str(path), "kept": True})
    if settings.bank_url and not options.yes:
        raise UserError(
            "BANK_URL is set: this would drop and refill the demo bank's tables there. Say `teller bank seed --yes`."
        )
    today = dt.date.fromisoformat(options.today) if options.today else _today()
    began = time.monotonic()
    new = path and path.with_name(f"{path.name}.new")
    if new:
        new.parent.mkdir(parents=True, exist_ok=True)
        new.unlink(missing_ok=True)
    engine = create_engine(f"sqlite:///{new}" if new else settings.bank)
    try:
        rows = build(engine, today=today)
    finally:
        engine.dispose()
    if path and new:
        new.replace(path)  # Whoever reads the old bank reads on; the next connection sees the new one.
    where = str(path) if path else engine.url.render_as_string(hide_password=True)
    return _report(options, {"database": where, "seconds": round(time.monotonic() - began, 1), "rows": rows})


def describe(options: argparse.Namespace, settings: Settings) -> int:
    """Print the tables of the bank's data and how many rows each has."""
    from sqlalchemy import inspect
    from sqlalchemy.exc import DBAPIError

    from knowledge.database.session import connect_bank

    engine = connect_bank(settings.bank)
    try:
        with engine.connect() as connection:
            quote = engine.dialect.identifier_preparer.quote
            tables = inspect(connection).get_table_names()
            rows = {
                table: connection.exec_driver_sql(f"SELECT COUNT(*) FROM {quote(table)}").scalar_one()  # noqa: S608
                for table in tables
            }
    except DBAPIError as error:
        raise UnavailableError(f"The bank's data cannot be read: {error.orig}. Try `teller bank seed`.") from error
    finally:
        engine.dispose()
    return _report(options, {"database": engine.url.render_as_string(hide_password=True), "rows": rows})


def _today() -> dt.date:
    return dt.datetime.now().astimezone().date()


def _made(path: Path) -> dt.date:
    return dt.datetime.fromtimestamp(path.stat().st_mtime).astimezone().date()


def _file(settings: Settings) -> Path | None:
    """Return the file of a bank that is kept in SQLite."""
    from sqlalchemy import make_url

    address = make_url(settings.bank)
    is_file = address.get_backend_name() == "sqlite" and address.database
    return Path(address.database).absolute() if is_file and address.database else None


def _report(options: argparse.Namespace, report: dict[str, object]) -> int:
    if options.json:
        print(json.dumps(report))
        return 0
    print(report["database"])
    rows = report.get("rows")
    for table, count in rows.items() if isinstance(rows, dict) else ():
        print(f"  {table:20} {count:10,}")
    if "seconds" in report:
        print(f"  seeded in {report['seconds']} s")
    return 0
