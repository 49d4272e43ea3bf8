"""Put right a field of a document, as somebody who may see it says."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from knowledge.errors import NotAllowedError, UserError
from knowledge.types import Document
from workers.audience import audience_of
from workers.celery import app
from workers.notice import notice
from workers.request import Request

if TYPE_CHECKING:
    from workers.wiring import Services

MEMBERS_ONLY = "Only those who can see a document where it was shared may correct what is read out of it."


@app.task(name="workers.deliver.amend")  # type: ignore[untyped-decorator, unused-ignore]
def amend(*, v: int, id: str) -> None:  # noqa: A002 - the payload's version and the request
    """Correct a field; running twice leaves the same value."""
    if v == 1:
        amend_field(id, app.services)


def amend_field(id: str, services: "Services") -> None:  # noqa: A002
    """Keep the value that a form gives, or take it back where it is empty, and say so in the thread."""
    notice(id, services, _amended)


def _amended(request: Request, services: "Services") -> str:
    """Correct the field and return what to say.

    Raises:
        NotAllowedError: the document is not to be seen by everyone here, or not by who corrects it.
        UserError: it is not kept any more, or the value names no document.
    """
    from knowledge.documents.amends import NOTHING  # noqa: PLC0415 - as below
    from knowledge.documents.fieldbook import FieldBook  # noqa: PLC0415 - brings what reads documents
    from knowledge.documents.fields import FIELDS, shown  # noqa: PLC0415 - as above

    name, value = str(request.detail["field"]), str(request.detail["value"])
    visible = {each.id: each for each in services.library.documents(audience_of(request, services.slack))}
    document = visible.get(str(request.detail["document"]))
    if document is None or services.slack.is_guest(request.user):
        raise NotAllowedError(MEMBERS_ONLY)
    if name == "changes" and value not in ("", NOTHING):
        value, written = _changed(value, document, visible.values()), value
    else:
        written = shown(name, value)
    book = FieldBook(services.engine)
    author = services.slack.name_of(request.user)
    book.correct(document.id, name, value, author=request.user, author_name=author)
    if value:
        return (
            f"Noted: {FIELDS[name]} of “{document.name}” is {written}, corrected by {author}. "
            "It stays so when the document is read again."
        )
    stated = book.of([document.id])[document.id].get(name)
    says = f"is again as the document says: {shown(name, stated.value)}" if stated else "is not found in the document"
    return f"Taken back: {FIELDS[name]} of “{document.name}” {says}."


def _changed(name: str, document: Document, visible: Iterable[Document]) -> str:
    """Return the id of the document that a person names as the one which is changed.

    Raises:
        UserError: no one document goes by that name among those that everyone here may see.
    """
    from knowledge.documents.called import called  # noqa: PLC0415 - as above

    older = called(name, [each for each in visible if each.id != document.id])
    if older is None:
        raise UserError(f"I know no one document called “{name}” that everyone here may see. Write its file's name.")
    return older.id
