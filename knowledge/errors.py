"""What can go wrong, in three outcomes.

::

    TellerError
    ├── UserError             shown to the asker as it is; never retried
    │   ├── UnreadableFileError
    │   ├── NotAllowedError
    │   ├── RefusedSqlError   a query that the guard does not let through
    │   ├── SqlError          a query that the database does not understand
    │   ├── QueryTooLongError
    │   ├── AnalysisError     code that was written for an analysis did not work
    │   └── UnavailableError  a part that is missing or down, with what to do about it
    └── TransientError        may work in a moment: retried, then reported
        └── BankDownError     the bank's database does not answer

Anything else is a bug: logged with its trace, answered with one apology and a reference number.
"""


class TellerError(Exception):
    """Something went wrong; the docstring of the class is the message when none is given."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())


class UserError(TellerError):
    """That cannot be done."""


class UnreadableFileError(UserError):
    """The file cannot be read.

    `reason` is one word a program can act on: `encrypted`, `empty`, `not_pdf`, `damaged`, `no_text`,
    `too_large`, `too_many_pages`, `timeout`, `unsupported`.
    """

    def __init__(self, message: str = "", *, reason: str = "damaged") -> None:
        super().__init__(message)
        self.reason = reason


class NotAllowedError(UserError):
    """You may not do that."""


class RefusedSqlError(UserError):
    """That query may not be run.

    `reason` is one word a program can act on: `text`, `syntax`, `statement`, `construct`, `function`, `table`,
    `column`, `masked`, `join`, `recursion`, `size`. `repair` tells whoever wrote the query what to write instead.
    """

    def __init__(self, message: str = "", *, reason: str = "construct", repair: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        self.repair = repair or str(self)


class SqlError(UserError):
    """The database does not understand the query; `repair` holds its own words."""

    def __init__(self, message: str = "", *, repair: str = "") -> None:
        super().__init__(message)
        self.repair = repair or str(self)


class QueryTooLongError(UserError):
    """The query takes too long; ask for less of the data."""


class AnalysisError(UserError):
    """That could not be worked out."""


class UnavailableError(UserError):
    """A part of Teller is not available right now."""


class TransientError(TellerError):
    """Something did not work this time.

    `after` is how many seconds to wait before the next attempt; `shown` is what the asker is told when none succeeds.
    """

    def __init__(self, message: str = "", *, after: float = 0.0, shown: str = "") -> None:
        super().__init__(message)
        self.after = after
        self.shown = shown


class BankDownError(TransientError):
    """The bank's database does not answer."""

    def __init__(self, message: str = "", *, after: float = 5.0) -> None:
        words = "The bank's database does not answer right now. I can still answer from documents; "
        super().__init__(message, after=after, shown=f"{words}please ask about the data again in a few minutes.")
