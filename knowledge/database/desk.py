"""What answering from the bank's data takes: the data, who may see it, the model, and what was learnt before."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel

from knowledge.database.analysed import Analyser
from knowledge.database.catalog import Catalog
from knowledge.database.choices import Choices
from knowledge.database.guard import Guard
from knowledge.database.link import Linker
from knowledge.database.names import stemmed, words
from knowledge.database.pairs import Pairs
from knowledge.database.policy import Policy, View
from knowledge.database.run import Runner
from knowledge.database.scope import Doubt
from knowledge.errors import RefusedSqlError, SqlError
from knowledge.types import Question

FRESH = 600.0  # Seconds for which it is known how fresh a table is.


@dataclass(slots=True)
class Sight:
    """The catalogue as one asker sees it, ready to be searched."""

    view: View
    catalog: Catalog
    linker: Linker
    doubt: Doubt


@dataclass(slots=True)
class Desk:
    """The parts with which questions are answered; `policy` knows the catalogue's tables."""

    catalog: Catalog
    policy: Policy
    runner: Runner
    llm: BaseChatModel
    analyser: Analyser
    embeddings: Embeddings | None = None
    pairs: Pairs | None = None
    choices: Choices | None = None
    today: Callable[[], date] = lambda: datetime.now(UTC).date()
    linker: Linker = field(init=False)
    _sights: dict[tuple[object, ...], Sight] = field(default_factory=dict)
    _fresh: dict[str, tuple[float, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.policy = self.policy.check_against(self.catalog.schema)
        self.linker = Linker(self.catalog, self.embeddings)

    def guard(self, question: Question) -> Guard:
        """Return the guard for one asker."""
        return Guard(self.catalog.schema, self.policy.view(question.asker), dialect=self.catalog.dialect)

    def sight(self, question: Question) -> Sight:
        """Return the catalogue as the asker sees it."""
        view = self.policy.view(question.asker)
        hidden = [(name, each) for name, table in view.tables.items() for each in table.hidden]
        key = (tuple(sorted(view.tables)), tuple(sorted(hidden)))
        if key not in self._sights:
            catalog = self.catalog.restrict(view.tables, hidden)
            whole_ = len(catalog.relations) == len(self.catalog.relations) and not hidden
            linker = self.linker if whole_ else Linker(catalog, self.embeddings)
            self._sights[key] = Sight(view, catalog, linker, Doubt(catalog, self.embeddings))
        return replace(self._sights[key], view=view)  # Whose rows are seen differs from asker to asker.

    def as_of(self, tables: tuple[str, ...], question: Question) -> str:
        """Return how fresh the freshest of the tables is, as the semantic file says it is to be seen."""
        found = ""
        for name in tables:
            relation = self.catalog.relations.get(name.lower())
            if relation is None or not relation.fresh:
                continue
            known = self._fresh.get(name.lower())
            if known is None or time.monotonic() - known[0] > FRESH:
                try:
                    guarded = self.guard(question).check(
                        f"SELECT MAX({relation.fresh}) AS latest FROM {relation.name}"  # noqa: S608 - guarded
                    )
                    cell = self.runner.run(guarded).table.rows[0][0]
                except (RefusedSqlError, SqlError):
                    continue
                known = (time.monotonic(), str(cell or "")[:16])
                self._fresh[name.lower()] = known
            found = max(found, known[1])
        return found

    def forbidden(self, text: str, sight: Sight) -> tuple[str, ...]:
        """Return what the question names that the asker may not see, by names that mean nothing else they may see."""
        spoken = stemmed(text)
        asked = set(spoken)

        def said(own: tuple[str, ...]) -> bool:
            return bool(own) and any(spoken[at : at + len(own)] == own for at in range(len(spoken)))

        unseen = [each for name, each in self.catalog.relations.items() if name not in sight.catalog.relations]
        seen = {
            stem
            for column in sight.catalog.columns()
            for stem in stemmed(" ".join([words(column.name), *column.words]))
        }
        seen |= {stem for name in sight.catalog.relations for stem in stemmed(words(name))}
        found = [
            words(each.name) for each in unseen if (own := set(stemmed(words(each.name)))) <= asked and not own <= seen
        ]
        for column in self.catalog.columns():
            if sight.catalog.find(column.table, column.name) is None:
                # Asked of its own table it is meant, though the word may stand elsewhere too.
                relation = self.catalog.relations[column.table.lower()]
                named = any(set(stemmed(each)) <= asked for each in (words(relation.name), *relation.words))
                for name in (words(column.name), *column.words):
                    stems = stemmed(name)
                    if said(stems) and (named or not set(stems) <= seen):
                        found.append(name)
        return tuple(dict.fromkeys(found))
