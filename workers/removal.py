"""Take a document out of the places that may see it, as a removal says."""

from knowledge.documents.places import Places
from workers.request import Request


def hide(request: Request, places: Places) -> tuple[str, ...]:
    """Hide what a removal names, a file everywhere or a document in one place; return what has no place left."""
    if document := request.detail.get("of"):
        return places.take_out(str(document), str(request.detail["place"]))
    return places.withdraw(request.item)
