"""Each candidate is taken as a publication, or left with the reason."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from pipeline.collect.attempts import Publication, publication_id
from pipeline.collect.dating import dated
from pipeline.collect.discovery.found import LONGEST_ADDRESS, Candidate, Link
from pipeline.collect.hosts import host_of, is_allowed_host
from pipeline.collect.kinds import kind_of, names_spend
from pipeline.collect.labels import folders_and_name, format_hint, without_extension
from pipeline.collect.periods import PeriodDecision, period_of
from pipeline.registry.rules import ListingRule


def sorted_links(
    publisher_id: str,
    rule: ListingRule,
    candidates: Iterable[Candidate],
    hosts: Collection[str],
) -> Iterator[Link]:
    """One link per candidate, in their order; `hosts` are those that files may lie on."""
    for candidate in candidates:
        reason = _why_left(rule, candidate, hosts)
        yield left(candidate, reason) if reason else taken_if_spend(publisher_id, candidate)


def left(candidate: Candidate, reason: str) -> Link:
    """The candidate, left."""
    return Link(candidate.url, candidate.label, _heading(candidate), "left", reason)


def taken_if_spend(publisher_id: str, candidate: Candidate) -> Link:
    """The candidate as a publication with its period, unless its name says it is another thing."""
    period = _period(candidate)
    if period.decision == "not_spend":
        return left(candidate, period.reason)
    publication = Publication(
        publisher_id=publisher_id,
        publication_id=publication_id(publisher_id, candidate.url, candidate.period_fields),
        url=candidate.url,
        label=candidate.label,
        kind=period.kind,
        first_day=period.first_day,
        last_day=period.last_day,
        form=candidate.form,
        format=candidate.format or format_hint(candidate.label, candidate.url),
        found_on=candidate.found_on,
        visit_form=candidate.visit_form,
    )
    heading = _heading(candidate)
    return Link(candidate.url, candidate.label, heading, "taken", period.reason, publication)


def matches(pattern: str | None, text: str) -> bool:
    """Whether the text holds the pattern; where there is none, every text does."""
    return pattern is None or re.search(pattern, text) is not None


def _heading(candidate: Candidate) -> str:
    return candidate.headings[0] if candidate.headings else ""


def _why_left(rule: ListingRule, candidate: Candidate, hosts: Collection[str]) -> str:
    """The reason to leave a candidate, "" where there is none."""
    host = host_of(candidate.url)
    if not candidate.url:
        return "the listing gives no address for it"
    if not host or urlsplit(candidate.url).scheme not in {"http", "https"}:
        return "is no web address"
    if len(candidate.url) > LONGEST_ADDRESS:
        return f"its address is longer than {LONGEST_ADDRESS} characters"
    if not matches(rule.href_matches, candidate.url):
        return "its address does not match href_matches"
    if not matches(rule.label_matches, candidate.label):
        return "its label does not match label_matches"
    for pattern in rule.ignore:
        if re.search(pattern, candidate.url) or re.search(pattern, candidate.label):
            return f"matches {pattern!r} of ignore"
    if not is_allowed_host(host, hosts):
        return f"lies on {host}, which is neither the page's host nor in allowed_hosts"
    return ""


def _period(candidate: Candidate) -> PeriodDecision:
    """The period by the text beside the link, else by the headings above.

    The police commissioner of Devon and Cornwall lists "Jan 2024 PDF and CSV" with two links whose
    whole text is "PDF" and "CSV".
    """
    label, url = candidate.label, candidate.url
    above = _period_by_headings(candidate)
    if candidate.row != label:
        beside = period_of(label, url, candidate.row)
        if beside.decision == "period" and beside.kind == above.kind:
            return beside
    return above


def _period_by_headings(candidate: Candidate) -> PeriodDecision:
    """By the nearest heading; those further up may only give the year to a month, and the kind."""
    label, url = candidate.label, candidate.url
    nearest, *others = candidate.headings or ("",)
    decision = period_of(label, url, nearest)
    if _names_part_of_a_year(candidate):
        for heading in others:
            if decision.decision != "undecided":
                break
            decision = period_of(label, url, heading)
    return _with_kind_from_above(decision, candidate)


def _with_kind_from_above(decision: PeriodDecision, candidate: Candidate) -> PeriodDecision:
    """Cards where no nearer heading speaks of spending and one above speaks of cards."""
    if decision.kind != "spend" or decision.decision == "not_spend":
        return decision
    for heading in candidate.headings:
        if kind_of(candidate.label, candidate.url, heading) == "purchase_card":
            return replace(decision, kind="purchase_card")
        if names_spend(heading):
            break
    return decision


def _names_part_of_a_year(candidate: Candidate) -> bool:
    texts = without_extension(candidate.label), folders_and_name(candidate.url)[1]
    return any(text.months or text.quarter for text in map(dated, texts))
