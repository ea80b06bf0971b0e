"""Which links of a landing page nobody has described look like its spending files, and the rule
that would take them."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from pydantic import ValidationError

from pipeline.collect.answers import FetchFailure, Page
from pipeline.collect.dating import dated
from pipeline.collect.discovery import FetchPage, Link, discover
from pipeline.collect.discovery.anchors import anchors
from pipeline.collect.discovery.found import Candidate
from pipeline.collect.discovery.sorting import taken_if_spend
from pipeline.collect.hosts import host_of, is_allowed_host
from pipeline.collect.kinds import names_spend
from pipeline.collect.labels import clean_label, folders_and_name, format_hint
from pipeline.registry.models import Publisher
from pipeline.registry.rules import AnyRule, LinksOnPage, LinksOnSubpages

_TABLES = frozenset({"csv", "tsv", "txt", "xlsx", "xls", "xlsm", "xlsb", "ods", "zip"})
# Addresses of downloads without an extension: Jadu, GOSS and document libraries, NHS "download.cfm".
_DOWNLOAD = re.compile(r"(?i)/downloads?/(?:file|downloads/id)/|/documents?(?:library)?/download|"
                       r"/download\.cfm\?|seecmsfile\?|[?&]wpdmdl=")  # fmt: skip
_SPENDING = re.compile(r"(?i)spend|expenditure|payments?[-_ ]|suppliers?|over[-_ ]?(?:£|%c2%a3)?\d")
_LONGEST_PATTERN = 400
_MOST_SHAPES = 4
_MOST_GROUPS = 3
_MOST_SUBPAGES = 3

# How the address of a data set names the portal that lists its files.
_PORTALS: tuple[tuple[str, Callable[[re.Match[str]], dict[str, object]]], ...] = (
    (
        r"https://www\.gov\.uk/government/(?:publications|collections)/[^?#]+",
        lambda found: {"rule": "govuk_content_api", "pages": [found[0]]},
    ),
    (
        r"https://(?:www\.)?data\.gov\.uk/dataset/([0-9a-f-]{36})",
        lambda found: {
            "rule": "ckan",
            "portal": "https://ckan.publishing.service.gov.uk",
            "packages": [found[1]],
        },
    ),
    (
        r"https://github\.com/([\w.-]+/[\w.-]+)(?:/tree/([\w.-]+)(?:/([\w. /-]+))?)?/?$",
        lambda found: {
            "rule": "github_folder",
            "repository": found[1],
            "branch": found[2] or "master",
            "folder": found[3] or "",
        },
    ),
    (
        r"(https://(?:datamillnorth\.org|data\.london\.gov\.uk))/dataset/([\w-]+)",
        lambda found: {
            "rule": "datapress",
            "portal": found[1],
            "dataset_matches": f"^{re.escape(found[2])}$",
        },
    ),
    (
        r"(https://[^/]+)/explore/(?:dataset|assets)/([\w-]+)",
        lambda found: {"rule": "opendatasoft", "portal": found[1], "datasets": [found[2]]},
    ),
)


@dataclass(frozen=True)
class FoundFiles:
    """The links that look like files, the rule that takes them (None where there are none).

    `others` is how many other links were looked at, `also_taken` those of them that the rule takes
    too, `problems` what could not be looked at; all for a person to read.
    """

    rule: AnyRule | None
    files: tuple[Link, ...]
    others: int = 0
    also_taken: tuple[Link, ...] = ()
    problems: tuple[str, ...] = ()


def find_files(page: Page, fetch: FetchPage) -> FoundFiles:
    """What looks like spending files: by the portal's listing, on the page, or a hop from it."""
    problems: list[str] = []
    for pattern, made in _PORTALS:
        if found := re.match(pattern, page.url):
            by_portal = _by_rule(made(found), fetch)
            if isinstance(by_portal, FoundFiles):
                return by_portal
            problems.append(by_portal)
    candidates = list(anchors(page))
    files = _files(candidates)
    lead, pages, more = _subpages(page, candidates, files, fetch, problems)
    if lead:
        seen = [*candidates, *(one for subpage in pages for one in anchors(subpage))]
        return _drafted(page.url, seen, more, problems, lead)
    return _drafted(page.url, candidates, files, problems, ())


def _by_rule(content: dict[str, object], fetch: FetchPage) -> FoundFiles | str:
    """What the portal lists, or why it could not be asked."""
    try:
        publisher = Publisher.model_validate(
            {
                "id": "draft",
                "name": "draft",
                "kind": "other",
                "discovery": content,
                "publishes": "files",
                "publishes_evidence": "draft",
                "verified": False,
            }
        )
        found = discover(publisher, fetch)
    except (FetchFailure, ValidationError) as error:
        return f"rule {content['rule']} could not be tried: {clean_label(str(error))}"
    taken = tuple(link for link in found.links if link.publication)
    if not taken:
        return f"rule {content['rule']} finds no file"
    return FoundFiles(publisher.discovery, taken, len(found.links) - len(taken), (), found.problems)


def _files(candidates: Iterable[Candidate]) -> list[Link]:
    """The links that look like tables of spending; pages of print only where there is no table."""
    links = {}
    for candidate in candidates:
        link = taken_if_spend("draft", candidate)
        if link.publication and _is_file(link) and _is_spending(link):
            links.setdefault(link.publication.publication_id, link)
    tables = [link for link in links.values() if link.publication.format != "pdf"]  # type: ignore[union-attr]
    return tables or list(links.values())


def _is_file(link: Link) -> bool:
    if urlsplit(link.url).scheme not in {"http", "https"}:
        return False
    return (
        format_hint("", link.url) in _TABLES | {"pdf"}
        or bool(_DOWNLOAD.search(link.url))
        or (format_hint(link.label, "") in _TABLES | {"pdf"} and "download" in link.url.lower())
    )


def _is_spending(link: Link) -> bool:
    is_dated = link.publication is not None and link.publication.first_day is not None
    texts = (link.label, link.heading, unquote(link.url))
    return is_dated or any(names_spend(text) or _SPENDING.search(text) for text in texts)


def _subpages(
    page: Page,
    candidates: Sequence[Candidate],
    files: Sequence[Link],
    fetch: FetchPage,
    problems: list[str],
) -> tuple[tuple[str, ...], list[Page], list[Link]]:
    """The addresses of pages that hold more files than this one, those read, and all files."""
    known = {link.url for link in files}
    leading = {
        one.url: one
        for one in candidates
        if one.url not in known and one.url != page.url and _may_lead_on(one, page.url)
    }
    groups = sorted(_alike(leading), key=len, reverse=True)
    for group in groups[:_MOST_GROUPS]:
        pages = []
        for url in group[:_MOST_SUBPAGES]:
            try:
                pages.append(fetch(url))
            except FetchFailure as failure:
                problems.append(f"{url} was not read: {failure.reason}")
                break
        more = _files(one for subpage in pages for one in anchors(subpage))
        if len(more) > len(files):
            together = {link.url: link for link in [*files, *more]}
            return tuple(group), pages, list(together.values())
    return (), [], []


def _may_lead_on(candidate: Candidate, address: str) -> bool:
    if host_of(candidate.url) != host_of(address) or format_hint("", candidate.url):
        return False
    names = folders_and_name(candidate.url)[1]
    if re.search(r"(?i)/downloads/(?:download/)?\d+/", candidate.url):
        return True
    return any(_SPENDING.search(text) or dated(text).spans for text in (candidate.label, names))


def _drafted(
    address: str,
    candidates: Sequence[Candidate],
    files: Sequence[Link],
    problems: Iterable[str],
    lead: Sequence[str],
) -> FoundFiles:
    urls = [link.url for link in files]
    left = {one.url: one for one in candidates} | {}
    for url in urls:
        left.pop(url, None)
    if not files:
        return FoundFiles(None, (), len(left), (), tuple(problems))
    hosts = sorted(
        {host_of(url) for url in urls if not is_allowed_host(host_of(url), [host_of(address)])}
    )
    pattern = pattern_of(urls, left)
    content = {"landing_page": address, "href_matches": pattern, "allowed_hosts": hosts}
    rule: AnyRule
    if lead:
        others = [one.url for one in candidates if one.url not in lead]
        subpages = pattern_of(lead, others)
        rule = LinksOnSubpages.model_validate(
            {"rule": "links_on_subpages", "subpage_matches": subpages, **content}
        )
    else:
        rule = LinksOnPage.model_validate({"rule": "links_on_page", **content})
    also_taken = tuple(
        link
        for one in left.values()
        if re.search(pattern, one.url) and (link := taken_if_spend("draft", one)).publication
    )
    return FoundFiles(rule, tuple(files), len(left), also_taken, tuple(problems))


def pattern_of(urls: Sequence[str], others: Iterable[str]) -> str:
    """A regular expression that takes these addresses, and few of the others.

    What differs between addresses of one shape stays open: figures, ids, the name of the file.
    """
    strangers = [url for url in others if url not in set(urls)]
    shapes = sorted(_alike(urls), key=len, reverse=True)
    if len(shapes) > _MOST_SHAPES:
        shapes = [list(urls)]
    parts = [_shape(shape, strangers) for shape in shapes]
    pattern = "(?i)" + "|".join(dict.fromkeys(parts))
    if len(pattern) > _LONGEST_PATTERN or not all(re.search(pattern, url) for url in urls):
        formats = sorted({format_hint("", url) for url in urls} - {""})
        return rf"(?i)\.({'|'.join(formats)})(\?|$)" if formats else "(?i)^https?://"
    return pattern


def _alike(urls: Iterable[str]) -> list[list[str]]:
    """The addresses in groups of one host, depth, first folder and whether they have a query."""
    groups: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for url in urls:
        parts = urlsplit(url)
        folders = parts.path.split("/")
        is_named = bool(format_hint("", parts._replace(query="").geturl()))
        groups[
            host_of(url), len(folders), folders[1:2] and folders[1], is_named, bool(parts.query)
        ].append(url)
    return list(groups.values())


def _shape(urls: Sequence[str], strangers: Sequence[str]) -> str:
    """The path that addresses of one group share, first with open names, then with their words."""
    paths = [urlsplit(url).path.split("/") for url in urls]
    if len({len(path) for path in paths}) > 1:
        folders = "/"
    else:
        folders = (
            "/".join(_piece([path[i] for path in paths]) for i in range(len(paths[0]) - 1)) + "/"
        )
    names = [path[-1] for path in paths]
    formats = sorted({format_hint("", f"http://a/{name}") for name in names})
    if len(set(names)) == 1 and urlsplit(urls[0]).query:
        return folders + re.escape(names[0]) + r"\?"
    end = "" if "" in formats else rf"\.({'|'.join(formats)})(\?|$)"
    open_name = f"{folders}[^/?]+{end}"
    if not any(re.search(f"(?i){open_name}", url) for url in strangers):
        return open_name
    named = [f"{folders}[^/?]*{re.escape(word)}[^/?]*{end}" for word in _shared_words(names)]
    taken = [sum(bool(re.search(f"(?i){one}", url)) for url in strangers) for one in named]
    return named[taken.index(min(taken))] if named else open_name


def _piece(values: Sequence[str]) -> str:
    """One folder: as it is, with its figures open, or open."""
    if len(set(values)) == 1 and not re.search(r"\d{3}", values[0]):
        return re.escape(values[0])
    figures = {re.sub(r"\d+", "0", value) for value in values}
    if len(figures) == 1:
        return r"\d+".join(map(re.escape, re.split(r"\d+", values[0])))
    return "[^/?]+"


def _shared_words(names: Sequence[str]) -> list[str]:
    """The words that all names hold, the longest first; months and years are none."""
    words = [set(re.findall(r"[a-z]{4,}|\d{3}(?!\d)", unquote(name).lower())) for name in names]
    shared = set.intersection(*words) - _TABLES - {"download"}
    return sorted(
        (word for word in shared if not dated(f"{word} 2020").spans), key=len, reverse=True
    )
