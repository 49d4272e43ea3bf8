"""Read a PDF's pages with pypdf, which is slow, reads some files that pdfium does not, and knows forms."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from pypdf import PdfReader, overwrite_configuration
from pypdf.errors import FileNotDecryptedError, PyPdfError

from knowledge.documents.jail.cell import LockedError

overwrite_configuration(
    zlib_maximum_output_length=25_000_000,
    lzw_maximum_output_length=25_000_000,
    run_length_maximum_output_length=25_000_000,
    stream_decoding_work_maximum_length=100_000_000,
)


class PlainPdf:
    """A PDF open in pypdf."""

    def __init__(self, data: bytes) -> None:
        try:
            self._reader = PdfReader(BytesIO(data))
            if self._reader.is_encrypted and not self._reader.decrypt(""):
                raise LockedError
            self._count = len(self._reader.pages)
        except FileNotDecryptedError as error:
            raise LockedError from error
        except PyPdfError as error:
            raise ValueError(str(error)) from error

    def __len__(self) -> int:
        return self._count

    def page(self, number: int) -> dict[str, Any]:
        """Return a page's text, with what people typed into it."""
        try:
            text = self._reader.pages[number - 1].extract_text()
        except PyPdfError as error:
            raise ValueError(str(error)) from error
        return {"text": "\n".join((text, *self.filled_in(number))), "drawn": not text.strip(), "grid": False}

    def filled_in(self, number: int) -> list[str]:
        """Return what people typed into a page's form fields: it is drawn on the page but is no part of its text."""
        try:
            return list(_typed(self._reader.pages[number - 1]))
        except PyPdfError as error:
            raise ValueError(str(error)) from error


def _typed(page: Any) -> Iterator[str]:
    for reference in page.get("/Annots") or ():
        field = reference.get_object()
        if field.get("/Subtype") != "/Widget":
            continue
        group = field.get("/Parent", {})  # Fields of one name keep what they share there.
        value, kind = field.get("/V", group.get("/V")), field.get("/FT", group.get("/FT"))
        if kind in {"/Tx", "/Ch"} and isinstance(value, str):
            yield str(value)
