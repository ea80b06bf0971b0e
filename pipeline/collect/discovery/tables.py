"""Tables of a portal that are asked for page by page: Socrata and ArcGIS."""

from collections.abc import Collection, Iterator
from datetime import date
from urllib.parse import urlencode

from pipeline.collect.answers import FetchFailure
from pipeline.collect.attempts import Publication, publication_id
from pipeline.collect.discovery.found import Candidate, Discovery, FetchPage, Link, without_repeats
from pipeline.collect.discovery.listings import (
    entries,
    fetched_json,
    format_word,
    mapping,
    text,
    words,
)
from pipeline.collect.discovery.months import complete_months, month_label
from pipeline.collect.discovery.sorting import left, matches, sorted_links
from pipeline.collect.spans import Span
from pipeline.registry.rules import Arcgis, Socrata

_TABLES = frozenset({"csv", "xlsx", "xls", "ods"})


def socrata(publisher_id: str, rule: Socrata, fetch: FetchPage, today: date) -> Discovery:
    """One publication for every complete month of the table.

    Raises FetchFailure where the portal does not know the table or its date column.
    """
    about = f"{rule.portal.rstrip('/')}/api/views/{rule.table}.json"
    view = mapping(fetched_json(fetch, about))
    columns = {text(one.get("fieldName")) for one in entries(view.get("columns"))}
    if rule.date_column not in columns:
        reason = f"{about} has no column {rule.date_column!r}, which date_column names"
        raise FetchFailure("error", reason)
    publications = []
    for span in complete_months(rule.first_month, None, today):
        url = _month_of_table(rule, span)
        publications.append(
            Publication(
                publisher_id=publisher_id,
                publication_id=publication_id(publisher_id, url),
                url=url,
                label=month_label(span.first_day),
                kind=rule.kind,
                first_day=span.first_day,
                last_day=span.last_day,
                format="csv",
                found_on=about,
            )
        )
    title = words(view.get("name"))
    links = [
        Link(one.url, one.label, title, "taken", "a month of the table", one)
        for one in publications
    ]
    return Discovery(tuple(publications), tuple(links))


def _month_of_table(rule: Socrata, span: Span) -> str:
    first, last = f"{span.first_day}T00:00:00", f"{span.last_day}T23:59:59.999"
    where = f"{rule.date_column} between '{first}' and '{last}'"
    query = urlencode({"$where": where, "$order": ":id"})
    return f"{rule.portal.rstrip('/')}/resource/{rule.table}.csv?{query}"


def arcgis(publisher_id: str, rule: Arcgis, fetch: FetchPage, hosts: Collection[str]) -> Discovery:
    """The Hub's CSV exports of the data sets that match, and the layers that are named.

    A layer that cannot be had is a problem; where nothing can, the first FetchFailure is raised.
    """
    links: list[Link] = []
    problems: list[str] = []
    failures: list[FetchFailure] = []
    if rule.hub:
        links += _hub_links(publisher_id, rule, fetch, hosts)
    for layer in rule.layers:
        try:
            layer_fields(fetch, layer.address)
        except FetchFailure as failure:
            failures.append(failure)
            problems.append(f"{layer.address} was not read: {failure.reason}")
            continue
        candidate = Candidate(layer.address, layer.label, layer.address, format="csv")
        links += sorted_links(publisher_id, rule, [candidate], hosts)
    if failures and not links:
        raise failures[0]
    return without_repeats(links, problems)


def layer_fields(fetch: FetchPage, layer: str) -> tuple[str, dict[str, tuple[str, str]], int]:
    """A layer's id field, its fields (name -> heading and type) and the most rows of an answer.

    Raises FetchFailure where the service does not know the layer, which it says with status 200.
    """
    answer = mapping(fetched_json(fetch, f"{layer.rstrip('/')}?f=json"))
    fields = {
        text(one.get("name")): (
            words(one.get("alias")) or words(one.get("name")),
            text(one.get("type")),
        )
        for one in entries(answer.get("fields"))
        if text(one.get("name"))
    }
    if not fields:
        said = words(mapping(answer.get("error")).get("message")) or "no fields"
        raise FetchFailure("error", f"{layer} is no layer of a service ({said})")
    id_field = text(answer.get("objectIdField")) or next(
        (name for name, (_, kind) in fields.items() if kind == "esriFieldTypeOID"), ""
    )
    most = answer.get("maxRecordCount")
    return id_field, fields, most if isinstance(most, int) and 0 < most <= 50_000 else 1_000


def _hub_links(
    publisher_id: str, rule: Arcgis, fetch: FetchPage, hosts: Collection[str]
) -> Iterator[Link]:
    url = f"{str(rule.hub).rstrip('/')}/api/feed/dcat-us/1.1.json"
    catalogue = mapping(fetched_json(fetch, url))
    if "dataset" not in catalogue:
        raise FetchFailure("error", f"{url} does not answer with a catalogue")
    for dataset in entries(catalogue["dataset"]):
        title = words(dataset.get("title"))
        if not title or not matches(rule.dataset_matches, title):
            page = text(dataset.get("landingPage"))
            reason = "its title does not match dataset_matches"
            yield left(Candidate(page, title, url), reason)
            continue
        for one in entries(dataset.get("distribution")):
            address = text(one.get("accessURL")) or text(one.get("downloadURL"))
            stated = format_word(one.get("format")) or format_word(one.get("mediaType"))
            candidate = Candidate(address, title, url, format=stated)
            if stated in _TABLES:
                yield from sorted_links(publisher_id, rule, [candidate], hosts)
            else:
                yield left(candidate, f"is no table but {stated or 'of no stated format'}")
