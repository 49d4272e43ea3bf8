"""Run transactions on Teller's own database and bring its tables up to date."""

import logging
import random
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from knowledge.errors import TransientError

Result = TypeVar("Result")

log = logging.getLogger(__name__)

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


def _collided(error: OperationalError | InterfaceError | PoolTimeoutError) -> bool:
    origin = getattr(error, "orig", None)
    if origin is None:
        return False
    number = origin.args[0] if origin.args else None
    return number in COLLISIONS or "database is locked" in str(origin)
