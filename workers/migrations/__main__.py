"""`python -m workers.migrations "What changes"`: write the revision that the tables in the code ask for."""

import sys
import tempfile
from pathlib import Path

from alembic import command

from knowledge.tables import connect
from workers.state import migrations, upgrade


def main(message: str) -> None:
    """Write a revision from the difference between the revisions there are and the tables."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'empty.db'}"
        upgrade(url)
        engine = connect(url)
        with engine.begin() as connection:
            command.revision(migrations(connection, comparing=True), message, autogenerate=True)
        engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1])
