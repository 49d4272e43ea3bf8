"""Run transactions on Teller's own database and bring its tables up to date."""

import fcntl
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Connection, Engine, func, make_url, select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from knowledge.errors import TransientError
from knowledge.tables import connect

if TYPE_CHECKING:
    from alembic.config import Config

Result = TypeVar("Result")

MIGRATIONS = Path(__file__).parent / "migrations"
TRIES = 6
COLLISIONS = {1205, 1213, 1020}  # MySQL: lock wait timeout, deadlock, record changed since last read.


def transact(engine: Engine, work: Callable[[Connection], Result]) -> Result:
    """Return what `work` returns in one transaction, run again when it collides with another.

    Raises:
        TransientError: the database is down, or the collisions do not end.
    """
    for attempt in range(1, TRIES + 1):
        try:
            with engine.begin() as connection:
                return work(connection)
        except (OperationalError, InterfaceError, PoolTimeoutError) as error:
            if not _collided(error):
                raise TransientError(f"The database refused: {error}", after=5) from error
            if attempt == TRIES:
                raise TransientError(f"The database is busy: {error}", after=1) from error
            time.sleep(random.uniform(0.01, 0.03) * 2**attempt)  # noqa: S311 - spreads collisions, guards nothing
    raise AssertionError("Every try either returns or raises.")


def upgrade(url: str) -> None:
    """Bring the tables at `url` up to date; processes that start at the same time take turns.

    Raises:
        TransientError: the database is down.
    """
    from alembic import command  # noqa: PLC0415 - slow to import, and only who starts needs it

    database = make_url(url).database
    if url.startswith("sqlite") and database:
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = connect(url)
    try:
        with engine.connect() as connection, _alone(connection):
            command.upgrade(migrations(connection), "head")
            connection.commit()
    except (OperationalError, InterfaceError) as error:
        raise TransientError(f"The database refused: {error}", after=5) from error
    finally:
        engine.dispose()


def migrations(connection: Connection, *, comparing: bool = False) -> "Config":
    """Return what Alembic needs to work on `connection`, and for `comparing` it with the tables of the code."""
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes |= {"connection": connection, "comparing": comparing}
    return config


def revisions(engine: Engine) -> tuple[str, str]:
    """Return the revision of the tables in a database, `unknown` when it is not one of ours, and the newest.

    Raises:
        TransientError: the database is down.
    """
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415 - as above
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - as above

    script = ScriptDirectory(str(MIGRATIONS))
    newest = script.get_current_head() or ""
    try:
        with engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_revision() or ""
    except (OperationalError, InterfaceError) as error:
        raise TransientError(f"The database refused: {error}", after=5) from error
    known = {each.revision for each in script.walk_revisions()}
    return (found if not found or found in known else "unknown"), newest


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    database = connection.engine.url.database
    if connection.dialect.name != "sqlite":
        name = f"teller migrations {database}"[:64]
        if connection.scalar(select(func.get_lock(name, 60))) != 1:
            raise TransientError("Another process is changing the tables.", after=5)
        try:
            yield
        finally:
            connection.scalar(select(func.release_lock(name)))
    elif database and database != ":memory:":
        with Path(f"{database}.lock").open("a") as lock:  # Closing it gives the lock back.
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
    else:
        yield


def _collided(error: OperationalError | InterfaceError | PoolTimeoutError) -> bool:
    origin = getattr(error, "orig", None)
    if origin is None:
        return False
    number = origin.args[0] if origin.args else None
    return number in COLLISIONS or "database is locked" in str(origin)
