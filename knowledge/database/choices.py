"""Remember which reading of an ambiguous word a person has chosen."""

import time

from sqlalchemy import Column, Double, String, Table, delete, insert, select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError

from knowledge.errors import TransientError
from knowledge.tables import metadata

data_choice = Table(
    "data_choice",
    metadata,
    Column("user", String(64), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("label", String(120), nullable=False),
    Column("at", Double, nullable=False),
)


class Choices:
    """What people have chosen, in Teller's own database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def remember(self, user: str, name: str, label: str) -> None:
        """Keep that `user` understands the word `name` as `label`."""
        if self.recall(user, name) == label:
            return
        of = (data_choice.c.user == user, data_choice.c.name == name)
        try:
            with self._engine.begin() as connection:
                connection.execute(delete(data_choice).where(*of))
                connection.execute(insert(data_choice).values(user=user, name=name, label=label, at=time.time()))
        except IntegrityError:
            return  # Two answers at once: one of them is kept, and either will do.
        except (OperationalError, InterfaceError) as error:
            raise TransientError(f"The database refused: {error}", after=5) from error

    def recall(self, user: str, name: str) -> str:
        """Return what `user` has chosen for the word `name`, or nothing."""
        query = select(data_choice.c.label).where(data_choice.c.user == user, data_choice.c.name == name)
        try:
            with self._engine.connect() as connection:
                return str(connection.execute(query).scalar() or "")
        except (OperationalError, InterfaceError) as error:
            raise TransientError(f"The database refused: {error}", after=5) from error

    def forget(self, user: str) -> None:
        """Forget all choices of one person."""
        try:
            with self._engine.begin() as connection:
                connection.execute(delete(data_choice).where(data_choice.c.user == user))
        except (OperationalError, InterfaceError) as error:
            raise TransientError(f"The database refused: {error}", after=5) from error
