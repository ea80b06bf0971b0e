"""Which links of a page nobody has described look like spending files, and what rule takes them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from pydantic import ValidationError

from pipeline.collect.answers import FetchFailure, Page
from pipeline.collect.attempts import Publication
from pipeline.collect.dating import dated
from pipeline.collect.discovery import FetchPage, discover
from pipeline.collect.discovery.anchors import anchors
from pipeline.collect.discovery.found import Candidate
from pipeline.collect.discovery.sorting import taken_if_spend
from pipeline.collect.drafting.patterns import alike, pattern_of
from pipeline.collect.drafting.portals import portal_rule
from pipeline.collect.hosts import host_of, is_allowed_host
from pipeline.collect.kinds import names_spend
from pipeline.collect.labels import (
    clean_label,
    folders_and_name,
    format_hint,
    without_extension,
)
from pipeline.registry.models import Publisher

_TABLES = frozenset({"csv", "tsv", "txt", "xlsx", "xls", "xlsm", "xlsb", "ods", "zip"})
# Downloads without an extension: Jadu, document libraries, the NHS's download.cfm and SeeCMS,
# WordPress Download Manager.
_DOWNLOAD = re.compile(
    r"(?i)/downloads?/(?:file|downloads/id)/|/document(?:s|library)/download"
    r"|/download\.cfm\?|seecmsfile\?|[?&]wpdmdl="
)
# Jadu lists the files of a year at /downloads/download/{id}/{slug}.
_LIST_OF_DOWNLOADS = re.compile(r"(?i)/downloads/(?:download/)?\d+/")
_SPENDING = re.compile(r"(?i)spend|expenditure|payments?[-_ ]|supplier|over[-_ ]?(?:£|%c2%a3)?\d")
_MOST_GROUPS = 3
_MOST_SUBPAGES = 3


@dataclass(frozen=True)
class FoundFiles:
    """The links that look like files, and the content of the rule that would take them.

    `rule` is None where no file was found. `others` is how many more links were looked at,
    `also_taken` the labels of those that the rule takes too; `problems` say what could not be
    looked at.
    """

    rule: dict[str, object] | None
    files: tuple[Publication, ...]
    others: int = 0
    also_taken: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def find_files(page: Page, fetch: FetchPage) -> FoundFiles:
    """What looks like spending files: in the portal's listing, on the page, or a hop from it."""
    problems: list[str] = []
    if content := portal_rule(page.url):
        listed = _listed(content, fetch)
        if isinstance(listed, FoundFiles):
            return listed
        problems.append(listed)
    seen = list(anchors(page))
    files = _files(seen)
    subpages, further = _subpages(page, seen, files, fetch, problems)
    seen += further
    files = _files(seen) if subpages else files
    urls = {file.url for file in files}
    strangers = {one.url: one for one in seen if one.url not in urls}
    if not files:
        return FoundFiles(None, (), len(strangers), (), tuple(problems))
    taking = pattern_of([file.url for file in files], strangers)
    rule: dict[str, object] = {"rule": "links_on_page", "landing_page": page.url}
    if subpages:
        rule["rule"] = "links_on_subpages"
        rule["subpage_matches"] = pattern_of(subpages, [page.url, *(one.url for one in seen)])
    rule["href_matches"] = taking
    hosts = {host_of(file.url) for file in files}
    if elsewhere := sorted(one for one in hosts if not is_allowed_host(one, [host_of(page.url)])):
        rule["allowed_hosts"] = elsewhere
    also_taken = tuple(
        one.label
        for one in strangers.values()
        if re.search(taking, one.url) and taken_if_spend("draft", one).publication
    )
    return FoundFiles(rule, tuple(files), len(strangers), also_taken, tuple(problems))


def _listed(content: dict[str, object], fetch: FetchPage) -> FoundFiles | str:
    """What the portal lists, or why it could not be asked."""
    facts = {"id": "draft", "name": "draft", "kind": "other", "verified": False}
    about = {"discovery": content, "publishes": "files", "publishes_evidence": "draft"}
    try:
        found = discover(Publisher.model_validate(facts | about), fetch)
    except (FetchFailure, ValidationError) as error:
        return f"rule {content['rule']} could not be tried: {clean_label(str(error))}"
    if not found.publications:
        return f"rule {content['rule']} finds no file"
    others = len(found.links) - len(found.publications)
    return FoundFiles(content, found.publications, others, (), found.problems)


def _files(candidates: Iterable[Candidate]) -> list[Publication]:
    """The links that look like tables of spending; printed pages only where there is no table."""
    files: dict[str, Publication] = {}
    for candidate in candidates:
        publication = taken_if_spend("draft", candidate).publication
        if publication and _is_file(publication) and _is_spending(publication, candidate):
            files.setdefault(publication.publication_id, publication)
    tables = [file for file in files.values() if file.format != "pdf"]
    return tables or list(files.values())


def _is_file(link: Publication) -> bool:
    if not link.url.startswith(("http://", "https://")):
        return False
    if format_hint("", link.url):
        return link.format in _TABLES | {"pdf"}
    is_named = link.format in _TABLES | {"pdf"} and "download" in link.url.lower()
    return is_named or bool(_DOWNLOAD.search(link.url))


def _is_spending(link: Publication, candidate: Candidate) -> bool:
    beside = (link.label, candidate.row)
    if link.first_day and any(not dated(without_extension(text)).says_nothing for text in beside):
        return True
    return any(map(_speaks_of_spending, (*beside, unquote(link.url), *candidate.headings[:1])))


def _speaks_of_spending(text: str) -> bool:
    return names_spend(text) or bool(_SPENDING.search(text))


def _subpages(
    page: Page,
    seen: Sequence[Candidate],
    files: Sequence[Publication],
    fetch: FetchPage,
    problems: list[str],
) -> tuple[list[str], list[Candidate]]:
    """Addresses of pages of one shape that hold more files than this one, and their links.

    Only the first pages of each shape are read.
    """
    known = {file.url for file in files} | {page.url}
    leading = {one.url for one in seen if one.url not in known and _may_lead_on(one, page.url)}
    in_order = list(dict.fromkeys(one.url for one in seen if one.url in leading))
    for group in sorted(alike(in_order), key=len, reverse=True)[:_MOST_GROUPS]:
        further: list[Candidate] = []
        for url in group[:_MOST_SUBPAGES]:
            try:
                further += anchors(fetch(url))
            except FetchFailure as failure:
                problems.append(f"{url} was not read: {failure.reason}")
                break
        if len({file.url for file in _files(further)} - known) > len(files):
            if len(group) > _MOST_SUBPAGES:
                problems.append(f"Of {len(group)} such pages the first {_MOST_SUBPAGES} were read.")
            return group, further
    return [], []


def _may_lead_on(candidate: Candidate, landing_page: str) -> bool:
    if host_of(candidate.url) != host_of(landing_page) or format_hint("", candidate.url):
        return False
    if _LIST_OF_DOWNLOADS.search(candidate.url):
        return True
    texts = (candidate.label, folders_and_name(candidate.url)[1])
    return any(_speaks_of_spending(text) or dated(text).spans for text in texts)
