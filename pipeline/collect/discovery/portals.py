"""Data portals that list the files of a data set: CKAN, DataPress, Opendatasoft."""

from collections.abc import Collection
from urllib.parse import quote

from pipeline.collect.answers import FetchFailure
from pipeline.collect.discovery.anchors import joined
from pipeline.collect.discovery.found import Candidate, Discovery, FetchPage, without_repeats
from pipeline.collect.discovery.listings import (
    entries,
    fetched_json,
    format_word,
    mapping,
    text,
    words,
)
from pipeline.collect.discovery.sorting import matches, sorted_links
from pipeline.registry.rules import Ckan, Datapress, Opendatasoft


def ckan(publisher_id: str, rule: Ckan, fetch: FetchPage, hosts: Collection[str]) -> Discovery:
    """The resources of the packages; a package that cannot be had is a problem.

    Where none of them can be had, the first one's FetchFailure is raised. Barnet's resources on
    data.gov.uk have empty addresses.
    """
    candidates: list[Candidate] = []
    failures: list[FetchFailure] = []
    for name in rule.packages:
        url = _below(rule.portal, f"api/3/action/package_show?id={quote(name, safe='')}")
        try:
            package = mapping(mapping(fetched_json(fetch, url)).get("result"))
            if "resources" not in package:
                raise FetchFailure("error", f"{url} does not answer with a package")
        except FetchFailure as failure:
            failures.append(failure)
            continue
        title = words(package.get("title"))
        candidates += [
            Candidate(
                url=text(one.get("url")),
                label=words(one.get("name")) or words(one.get("description")),
                found_on=url,
                headings=(title,) if title else (),
                format=format_word(one.get("format")),
            )
            for one in entries(package["resources"])
        ]
    return _sorted(publisher_id, rule, candidates, failures, hosts)


def datapress(
    publisher_id: str, rule: Datapress, fetch: FetchPage, hosts: Collection[str]
) -> Discovery:
    """The resources of the data sets whose slug, id or title matches.

    Resources are an object by id on the London Datastore, a list elsewhere; an address may be
    relative to the portal.
    """
    url = _below(rule.portal, "api/v3/datasets/export.json")
    listing = fetched_json(fetch, url)
    datasets = list(entries(mapping(listing).get("datasets") or listing))
    chosen = [
        one
        for one in datasets
        if any(
            text(one.get(name)) and matches(rule.dataset_matches, text(one.get(name)))
            for name in ("slug", "id", "title")
        )
    ]
    problems = []
    if not chosen:
        problems.append(f"none of the {len(datasets)} data sets of {url} matches dataset_matches")
    candidates = [
        Candidate(
            url=joined(url, text(one.get("url"))) if text(one.get("url")) else "",
            label=words(one.get("title")) or words(one.get("name")),
            found_on=url,
            headings=(words(dataset.get("title")),),
            format=format_word(one.get("format")),
        )
        for dataset in chosen
        for one in entries(dataset.get("resources"))
    ]
    return without_repeats(sorted_links(publisher_id, rule, candidates, hosts), problems)


def opendatasoft(
    publisher_id: str, rule: Opendatasoft, fetch: FetchPage, hosts: Collection[str]
) -> Discovery:
    """One CSV export for each data set; one that the portal does not know is a problem."""
    candidates: list[Candidate] = []
    failures: list[FetchFailure] = []
    for name in rule.datasets:
        url = _below(rule.portal, f"api/explore/v2.1/catalog/datasets/{quote(name, safe='')}")
        try:
            dataset = mapping(fetched_json(fetch, url))
            if "dataset_id" not in dataset:
                raise FetchFailure("error", f"{url} does not answer with a data set")
        except FetchFailure as failure:
            failures.append(failure)
            continue
        title = words(mapping(mapping(dataset.get("metas")).get("default")).get("title"))
        # The portal's own separator is a semicolon; a comma is what everybody else writes.
        export = f"{url}/exports/csv?delimiter=%2C"
        candidates.append(Candidate(export, title or name, url, format="csv"))
    return _sorted(publisher_id, rule, candidates, failures, hosts)


def _sorted(
    publisher_id: str,
    rule: Ckan | Opendatasoft,
    candidates: list[Candidate],
    failures: list[FetchFailure],
    hosts: Collection[str],
) -> Discovery:
    if failures and not candidates:
        raise failures[0]
    links = sorted_links(publisher_id, rule, candidates, hosts)
    return without_repeats(links, [failure.reason for failure in failures])


def _below(portal: str, path: str) -> str:
    return f"{portal.rstrip('/')}/{path}"
