"""What came instead of a file: a web page, or the page of a guard that keeps scripts out."""

import re
from collections.abc import Mapping

# Enough to pass the comments and scripts that some pages put before their title.
HEAD_BYTES = 32_768

_PAGE_BEGINS = re.compile(
    rb"(?is)\A(?:\xef\xbb\xbf|\s|<!--.*?-->|<\?xml[^>]*>)*<(?:!doctype\s+html|html|head|body)\b"
)
# Excel opens a web page that carries this namespace as a workbook: report tools export such pages
# under the name .xls, and they hold payments.
_WORKBOOK_AS_PAGE = b"urn:schemas-microsoft-com:office:excel"
# Cloudflare's challenge page, with status 403 or 200: Sunderland from 2026-09-15
# (robbrad/UKBinCollectionData#2232); Calderdale's guard answers with a page titled "Blocked".
_CHALLENGE = re.compile(
    rb"(?i)<title>\s*(?:just a moment\.\.\.|attention required! \| cloudflare|blocked)\s*</title>"
    rb"|/cdn-cgi/challenge-platform/"
)


def is_page(head: bytes) -> bool:
    """Whether these first bytes begin a web page that is no spreadsheet."""
    return bool(_PAGE_BEGINS.match(head)) and _WORKBOOK_AS_PAGE not in head


def is_challenge(headers: Mapping[str, str], head: bytes) -> bool:
    """Whether a guard asks for a browser here instead of answering.

    `headers` has lower-case names.
    """
    if headers.get("cf-mitigated", "").lower() == "challenge":
        return True
    return bool(_PAGE_BEGINS.match(head) and _CHALLENGE.search(head))
