"""A report tool that exports one period at a time: Torbay Council's Logi Analytics report."""

import re
from collections.abc import Collection, Iterator
from itertools import islice
from urllib.parse import quote

from pipeline.collect.answers import FetchFailure, Page
from pipeline.collect.attempts import FormPairs, Publication
from pipeline.collect.discovery.anchors import joined, label_of, parsed, root_of
from pipeline.collect.discovery.fields import all_fields, field_value
from pipeline.collect.discovery.forms import chosen_value
from pipeline.collect.discovery.found import (
    MOST_LINKS,
    Candidate,
    Discovery,
    FetchPage,
    without_repeats,
)
from pipeline.collect.discovery.sorting import sorted_links
from pipeline.collect.labels import clean_label
from pipeline.registry.rules import ReportExport

# Logi Analytics: href="javascript:SubmitForm('rdPage.aspx?rdReport=...','_blank')".
_SUBMITTED = re.compile(r"(?i)^javascript:\s*\w*submit\w*\(\s*(['\"])(?P<address>.+?)\1")
_ESCAPED = re.compile(r"\\(?:u00|x)(?P<code>[0-9a-fA-F]{2})")


def report_export(
    publisher_id: str, rule: ReportExport, page: Page, hosts: Collection[str]
) -> Discovery:
    """One publication for each period that the landing page offers."""
    soup = parsed(page)
    token = field_value(soup, rule.token_field)

    def candidates() -> Iterator[Candidate]:
        for element in islice(soup.select(rule.periods), MOST_LINKS):
            if chosen := chosen_value(element):
                yield Candidate(
                    url=rule.report.replace("{period}", quote(chosen, safe="")),
                    label=label_of(element),
                    found_on=page.url,
                    row=clean_label(chosen),
                    format="csv",
                    visit_form=((rule.token_field, token),) if token else (),
                )

    return without_repeats(sorted_links(publisher_id, rule, candidates(), hosts))


def export_request(
    rule: ReportExport, publication: Publication, fetch: FetchPage
) -> tuple[str, FormPairs]:
    """Open the period's report, and say what to post where for its export.

    Raises FetchFailure where the report has no such link, which is how a rebuilt tool looks.
    """
    page = fetch(publication.url)
    soup = parsed(page)
    link = soup.select_one(rule.export_link)
    if link is None:
        reason = f"the report has no link {rule.export_link!r}: the tool may have been rebuilt"
        raise FetchFailure("error", reason)
    href = str(link.get("href") or "").strip()
    submitted = _SUBMITTED.search(href)
    if submitted:
        href = _ESCAPED.sub(lambda found: chr(int(found["code"], 16)), submitted["address"])
    elif not href or href.lower().startswith("javascript:"):
        raise FetchFailure("error", f"the export link of the report leads nowhere: {href[:200]!r}")
    own = {name for name, _ in rule.fields}
    fields = [pair for pair in all_fields(link) if pair[0] not in own]
    if not any(name == rule.token_field and value for name, value in fields):
        fields = [pair for pair in fields if pair[0] != rule.token_field]
        fields += publication.visit_form
    return joined(root_of(soup, page), href), (*fields, *rule.fields)
