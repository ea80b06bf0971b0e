"""Small pdf files, written by hand for the tests."""

from dataclasses import dataclass, field


@dataclass
class PdfPage:
    """One page: text at places (from the lower left, in points) and straight lines.

    A file has one font, that of its first page.
    """

    width: float = 600
    height: float = 800
    rotate: int = 0
    font: str = "Helvetica"
    content: list[str] = field(default_factory=list)

    def text(self, x: float, y: float, text: str, size: float = 10, matrix: str = "1 0 0 1"):
        escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        self.content.append(f"BT /F1 {size} Tf {matrix} {x} {y} Tm ({escaped}) Tj ET")

    def line(self, x0: float, y0: float, x1: float, y1: float):
        self.content.append(f"{x0} {y0} m {x1} {y1} l S")


def pdf_of(*pages: PdfPage) -> bytes:
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids ["
        + " ".join(f"{4 + 2 * at} 0 R" for at in range(len(pages)))
        + "] >>",
        f"<< /Type /Font /Subtype /Type1 /BaseFont /{pages[0].font} /Encoding /WinAnsiEncoding >>",
    ]
    for at, page in enumerate(pages):
        stream = "\n".join(page.content)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {page.width} {page.height}] "
            f"/Rotate {page.rotate} /Resources << /Font << /F1 3 0 R >> >> "
            f"/Contents {5 + 2 * at} 0 R >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    out = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("cp1252")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    return (
        out
        + (
            f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
            f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF"
        ).encode()
    )
