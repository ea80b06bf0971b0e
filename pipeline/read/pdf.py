"""Tables of a pdf -> grids, page after page."""

import threading
import time
from itertools import groupby, zip_longest

import pypdfium2 as pdfium  # type: ignore[import-untyped]

from pipeline.errors import RefusedFileError
from pipeline.read.grid import Grid, frame_of_strings
from pipeline.read.limits import FILE_SECONDS, Limits
from pipeline.read.pdf_columns import columns_of
from pipeline.read.pdf_page import Page, read_page
from pipeline.read.pdf_rows import Row, rows_of

_END = b"%%EOF"
# Readers are asked to look for the end in the last 1,024 bytes (PDF Reference 1.7, H.3, note 18).
_END_WITHIN = 1_024
_BLANKS = b"\0 \t\r\n"
# Where objects have lost their places pdfium looks for the end of each stream up to the end of the
# file, some 60 MB a second: a pdf of 1.4 MB with 2,000 streams that never end took 45 s.
_MOST_SEARCHED_BYTES = 500_000_000
# pdfium may only be called by one thread at a time.
_PDFIUM = threading.Lock()


def read_pdf(data: bytes, limits: Limits) -> list[Grid]:
    """The rows of consecutive pages with as many columns as one grid.

    Raises RefusedFileError for a protected, damaged or scanned pdf, or one beyond the limits.
    """
    # pdfium mends what it can of a cut file, and leaves out the pages that it has lost.
    if _END not in data.rstrip(_BLANKS)[-_END_WITHIN:]:
        raise RefusedFileError("The pdf is cut short: its end is missing; download it again.")
    with _PDFIUM:
        pages = _read_pages(data, limits)
    if not any(page.runs for page in pages):
        raise RefusedFileError(
            "The pdf holds pictures of pages and no text, so it was scanned; ask for the table."
        )
    grids: list[Grid] = []
    layouts = zip(pages, columns_of(pages), strict=True)
    for _, alike in groupby(layouts, key=lambda layout: len(layout[1])):
        rows: list[Row] = [row for page, borders in alike for row in rows_of(page, borders)]
        name = f"table {len(grids) + 1}" if grids else ""
        grids.append(Grid(name, frame_of_strings(zip_longest(*rows))))
    return grids


def _read_pages(data: bytes, limits: Limits) -> list[Page]:
    deadline = time.thread_time() + limits.max_seconds
    ends = data.count(b"endstream")
    endless = data.count(b"stream") - 2 * ends
    if endless * len(data) > _MOST_SEARCHED_BYTES:
        raise RefusedFileError(
            f"The pdf is damaged ({endless:,} of its streams do not end); download it again."
        )
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise RefusedFileError(
                "The pdf is protected by a password; ask the publisher for an open copy."
            ) from error
        raise RefusedFileError(
            f"The pdf is damaged or cut short ({error}); download it again."
        ) from error
    try:
        if len(document) > limits.max_pages:
            raise RefusedFileError(
                f"The pdf has {len(document):,} pages and the limit is {limits.max_pages:,}."
            )
        pages = []
        for index in range(len(document)):
            if time.thread_time() > deadline:
                raise RefusedFileError(
                    f"The pdf takes longer to read than the limit of {limits.max_seconds:g} s: "
                    f"split it, or set {FILE_SECONDS}."
                )
            pages.append(read_page(document[index]))
        return pages
    except pdfium.PdfiumError as error:
        raise RefusedFileError(f"The pdf is damaged ({error}); download it again.") from error
    finally:
        document.close()
