"""Files at an address that only differs by the month."""

from collections.abc import Iterator
from datetime import date

from pipeline.collect.attempts import Publication, publication_id
from pipeline.collect.discovery.found import Discovery, Link
from pipeline.collect.labels import format_hint
from pipeline.collect.spans import Span
from pipeline.registry.rules import UrlPerMonth

MONTH_NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def url_per_month(publisher_id: str, rule: UrlPerMonth, today: date) -> Discovery:
    """One publication for every month, whether or not there is anything at its address."""
    publications = []
    for span in complete_months(rule.first_month, rule.last_month, today):
        url = rule.pattern.format(**_placeholders(span.first_day))
        publications.append(
            Publication(
                publisher_id=publisher_id,
                publication_id=publication_id(publisher_id, url),
                url=url,
                label=month_label(span.first_day),
                kind=rule.kind,
                first_day=span.first_day,
                last_day=span.last_day,
                format=format_hint("", url),
                found_on=rule.pattern,
            )
        )
    links = [
        Link(one.url, one.label, "", "taken", "the pattern gives its address", one)
        for one in publications
    ]
    return Discovery(tuple(publications), tuple(links))


def complete_months(first: date, last: date | None, today: date) -> Iterator[Span]:
    """Every month from the first to the last, or to the one before today's."""
    year, month = first.year, first.month
    end = (last.year, last.month + 1) if last else (today.year, today.month)
    while (year, month) < min(end, (today.year, today.month)):
        yield Span((year, month), (year, month))
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def month_label(day: date) -> str:
    """The month as people write it: April 2024."""
    return f"{MONTH_NAMES[day.month - 1]} {day.year}"


def _placeholders(day: date) -> dict[str, str]:
    name = MONTH_NAMES[day.month - 1]
    start = day.year if day.month >= 4 else day.year - 1
    return {
        "year": f"{day.year}",
        "short_year": f"{day.year % 100:02}",
        "month": f"{day.month:02}",
        "plain_month": f"{day.month}",
        "month_name": name,
        "lower_month_name": name.lower(),
        "short_month_name": name[:3],
        "lower_short_month_name": name[:3].lower(),
        "financial_year": f"{start}",
        "financial_year_end": f"{start + 1}",
        "short_financial_year": f"{start % 100:02}",
        "short_financial_year_end": f"{(start + 1) % 100:02}",
        "finance_period": f"{(day.month - 4) % 12 + 1:02}",
    }
