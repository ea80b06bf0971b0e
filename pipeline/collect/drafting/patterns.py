"""A pattern for addresses of one kind, made from some of them: what differs is left open."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from urllib.parse import unquote, urlsplit

from pipeline.collect.dating import dated
from pipeline.collect.hosts import host_of
from pipeline.collect.labels import format_hint

_LONGEST_PATTERN = 400
_MOST_SHAPES = 4
_NO_WORDS = frozenset({"download", "xlsx", "xlsm", "xlsb"})


def pattern_of(urls: Sequence[str], others: Iterable[str]) -> str:
    """A regular expression for re.search that takes these addresses, and few of the others.

    Figures, ids and names of files stay open, so that next month's address is taken too.
    """
    strangers = set(others).difference(urls)
    groups = sorted(alike(urls), key=len, reverse=True)
    if len(groups) <= _MOST_SHAPES:
        shapes = dict.fromkeys(_shape(group, strangers) for group in groups)
        # re.escape escapes "-" too, which only a character class needs.
        pattern = "(?i)" + "|".join(shapes).replace(r"\-", "-")
        if len(pattern) <= _LONGEST_PATTERN and all(re.search(pattern, url) for url in urls):
            return pattern
    formats = {format_hint("", url) for url in urls}
    return f"(?i){_ending(formats)}" if "" not in formats else "(?i)^https?://"


def alike(urls: Iterable[str]) -> list[list[str]]:
    """The addresses in groups of one host, depth, first folder where there is one, and ending."""
    groups: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for url in urls:
        parts = urlsplit(url)
        folders = parts.path.split("/")[1:-1]
        has_extension = bool(format_hint("", parts._replace(query="").geturl()))
        shape = (host_of(url), len(folders), folders[:1], has_extension, bool(parts.query))
        groups[tuple(map(str, shape))].append(url)
    return list(groups.values())


def _shape(urls: Sequence[str], strangers: Iterable[str]) -> str:
    """The folders and ending that a group shares; more of its names where that is too wide."""
    paths = [urlsplit(url).path.split("/") for url in urls]
    folders = "/".join(map(_folder, zip(*(path[:-1] for path in paths), strict=True))) + "/"
    if folders == "/":
        folders = "^https?://[^/]+/"
    names = [path[-1] for path in paths]
    if len(set(names)) == 1 and all(urlsplit(url).query for url in urls):
        return folders + re.escape(names[0]) + r"\?"
    end = _ending({format_hint("", f"http://a/{name}") for name in names})
    shape = f"{folders}[^/?]+{end}"
    widest = _how_many(shape, strangers)
    if widest:
        words = [f"[^/?]*{re.escape(word)}[^/?]*{end}" for word in _shared_words(names)]
        for name in [*words, _folder(tuple(names))]:
            narrower = f"{folders}{name}"
            if (taken := _how_many(narrower, strangers)) < widest:
                shape, widest = narrower, taken
    return shape


def _how_many(shape: str, strangers: Iterable[str]) -> int:
    return sum(bool(re.search(f"(?i){shape}", url)) for url in strangers)


def _ending(formats: set[str]) -> str:
    if "" in formats:
        return ""
    one, *more = sorted(formats)
    return rf"\.({'|'.join([one, *more])})(\?|$)" if more else rf"\.{one}(\?|$)"


def _folder(values: tuple[str, ...]) -> str:
    """One folder of all addresses: as it is, with its figures open, or open."""
    if len(set(values)) == 1 and not re.search(r"\d{3}", values[0]):
        return re.escape(values[0])
    if len({re.sub(r"\d+", "0", value) for value in values}) == 1:
        return r"\d+".join(map(re.escape, re.split(r"\d+", values[0])))
    return "[^/?]+"


def _shared_words(names: Sequence[str]) -> list[str]:
    """The words and figures that all names hold, the longest first; no months, years or formats."""
    words = [
        set(re.findall(r"[a-z]{4,}|(?<!\d)\d{3}(?!\d)", unquote(name).lower())) for name in names
    ]
    shared = set.intersection(*words) - _NO_WORDS
    return sorted(
        (word for word in shared if dated(word).months is None), key=lambda w: (-len(w), w)
    )
