"""What a landing page says of its publisher: name, kind, threshold, licence."""

import re
from collections import Counter
from collections.abc import Iterable

from bs4 import BeautifulSoup
from bs4.element import Tag

from pipeline.collect.hosts import host_of
from pipeline.collect.labels import clean_label

# The kind by the words of name and host, the surest first. "Borough Council" and "City Council"
# are districts, unitaries or metropolitan districts: no word tells which.
_KINDS = (
    ("nhs_icb", r"integrated care board|\bicb\b"),
    ("nhs_ccg", r"clinical commissioning|\bccg\b"),
    ("nhs_trust", r"nhs (?:foundation )?trust|\.nhs\.uk$"),
    ("police_and_crime", r"police|\bo?pcc\b|\bpcc\."),
    ("fire_authority", r"fire (?:and|&) rescue|fire authority|\bfire\b"),
    ("county_council", r"county council"),
    ("london_borough", r"london borough"),
    ("district_council", r"district council"),
    ("university", r"university"),
    ("college", r"college"),
)
_THRESHOLD = re.compile(
    r"(?i)(?:over|exceeding|above|more than|greater than|in excess of)\s+£\s?"
    r"(\d{1,3}(?:,\d{3})+|\d+)(k\b)?"
)
_LONGEST_TEXT = 200_000


def page_text(soup: BeautifulSoup) -> str:
    """The words of the page on one line."""
    return " ".join(soup.get_text(" ")[:_LONGEST_TEXT].split())


def publisher_name(soup: BeautifulSoup) -> str | None:
    """The name that the site gives itself, else the last part of its title that is no headline."""
    named = soup.find("meta", attrs={"property": "og:site_name"})
    if isinstance(named, Tag) and (name := clean_label(str(named.get("content") or ""))):
        return name
    title = clean_label(soup.title.get_text(" ")) if soup.title else ""
    parts = [part.strip() for part in re.split(r"\s[-\u2013\u2014|:]\s|\|", title) if part.strip()]
    bodies = [part for part in parts if re.search(r"(?i)council|trust|police|authority|nhs", part)]
    return (bodies or parts[1:] or [None])[-1]


def publisher_kind(name: str | None, url: str) -> str | None:
    """The kind, where name or host say it."""
    texts = ((name or "").lower(), host_of(url))
    for kind, words in _KINDS:
        if any(re.search(words, text) for text in texts):
            return kind
    return None


def threshold(texts: Iterable[str]) -> tuple[int, str] | None:
    """The threshold in pounds that the texts name most often, and the words that name it."""
    found = [match for text in texts for match in _THRESHOLD.finditer(text)]
    if not found:
        return None
    pounds = Counter(_pounds(match) for match in found).most_common(1)[0][0]
    return pounds, next(match[0] for match in found if _pounds(match) == pounds)


def _pounds(match: re.Match[str]) -> int:
    return int(match[1].replace(",", "")) * (1000 if match[2] else 1)


def open_licence(text: str) -> str | None:
    """The words of the page that name the Open Government Licence."""
    found = re.search(r"(?i)open government licen[cs]e(?: for public sector information)?", text)
    return found[0] if found else None
