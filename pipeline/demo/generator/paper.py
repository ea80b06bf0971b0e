"""A plain PDF writer: a table on landscape A4 pages, its heading on each of them."""

from collections.abc import Sequence

_ROWS_PER_PAGE = 40
_TOP, _LINE_HEIGHT = 520, 12
# Points: the size of letters, and how wide a capital letter of that size is at most on average.
_SIZE, _WIDTH = 7, 5.2


def pdf_bytes(title: str, heading: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """A PDF with the title and table in Helvetica; every column begins at its own place."""
    wide = [max(len(row[place]) for row in [heading, *rows]) + 3 for place in range(len(heading))]
    places = [30 + _WIDTH * sum(wide[:place]) for place in range(len(heading))]
    pages = [rows[i : i + _ROWS_PER_PAGE] for i in range(0, len(rows), _ROWS_PER_PAGE)] or [[]]
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", _FONT]
    for number, page in enumerate(pages):
        drawn = [_text(30, _TOP + 30, title)] if number == 0 else []
        for line, row in enumerate([heading, *page]):
            drawn += [
                _text(x, _TOP - _LINE_HEIGHT * line, text)
                for x, text in zip(places, row, strict=True)
                if text
            ]
        stream = b"\n".join(drawn)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 842 595] /Resources << /Font << /F1 3 0 R"
            b" >> >> /Contents %d 0 R >>" % (len(objects) + 2)
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
    kids = b" ".join(b"%d 0 R" % (4 + 2 * number) for number in range(len(pages)))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pages))
    return _file(objects)


_FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"


def _text(x: float, y: float, text: str) -> bytes:
    safe = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)").encode("cp1252")
    return b"BT /F1 %d Tf %.1f %.1f Td (%s) Tj ET" % (_SIZE, x, y, safe)


def _file(objects: Sequence[bytes]) -> bytes:
    body = b"%PDF-1.4\n"
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return body + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n"
        b"%%%%EOF\n" % (len(objects) + 1, table, len(objects) + 1, len(body))
    )
