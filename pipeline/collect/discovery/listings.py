"""The JSON that portals answer with, taken apart without trusting its shape."""

import json
from collections.abc import Iterator, Mapping
from itertools import islice

from pipeline.collect.answers import FetchFailure, Page
from pipeline.collect.discovery.found import MOST_LINKS, FetchPage
from pipeline.collect.labels import clean_label


def fetched_json(fetch: FetchPage, url: str) -> object:
    """What the address answers; raises FetchFailure where it is no JSON."""
    return parsed_json(fetch(url))


def parsed_json(page: Page) -> object:
    """The page as JSON; raises FetchFailure where it is none."""
    try:
        return json.loads(page.content)
    except (ValueError, RecursionError):
        raise FetchFailure("error", f"{page.url} does not answer with a listing") from None


def mapping(value: object) -> Mapping[str, object]:
    """The value where it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def entries(value: object) -> Iterator[Mapping[str, object]]:
    """The objects of a list, or the values of an object; at most MOST_LINKS."""
    if isinstance(value, dict):
        value = list(value.values())
    found = value if isinstance(value, list) else []
    return islice((one for one in found if isinstance(one, dict)), MOST_LINKS)


def text(value: object) -> str:
    """The value where it is text, without blanks around it, else ""."""
    return value.strip() if isinstance(value, str) else ""


def words(value: object) -> str:
    """The value as a label, "" where it is no text."""
    return clean_label(text(value))


def format_word(value: object) -> str:
    """A stated format in the form that Publication has: "CSV", ".csv" and "text/csv" are csv."""
    word = text(value).lower().lstrip(".").rpartition("/")[2]
    return word if word.isalnum() and len(word) <= 10 else ""
