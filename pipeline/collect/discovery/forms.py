"""Files that are the answer to a form which is posted for one period after the other."""

from collections.abc import Collection, Iterator
from itertools import islice

from bs4.element import Tag

from pipeline.collect.answers import Page
from pipeline.collect.attempts import FormPairs
from pipeline.collect.discovery.anchors import joined, label_of, parsed, root_of
from pipeline.collect.discovery.fields import form_of, hidden_fields
from pipeline.collect.discovery.found import MOST_LINKS, Candidate, Discovery, without_repeats
from pipeline.collect.discovery.sorting import sorted_links
from pipeline.collect.labels import clean_label
from pipeline.registry.rules import FormPost


def form_post(publisher_id: str, rule: FormPost, page: Page, hosts: Collection[str]) -> Discovery:
    """One publication for each period that the page lists."""
    soup = parsed(page)
    root = root_of(soup, page)
    problems: list[str] = []

    def candidates() -> Iterator[Candidate]:
        hidden: dict[int, FormPairs] = {}
        for element in islice(soup.select(rule.periods), MOST_LINKS):
            visit_form: FormPairs = ()
            if rule.hidden_fields:
                form = form_of(element)
                if id(form) not in hidden:
                    hidden[id(form)] = hidden_fields(element)
                visit_form = hidden[id(form)]
            if element.get("href"):
                yield Candidate(
                    url=joined(root, str(element["href"])),
                    label=label_of(element),
                    found_on=page.url,
                    form=rule.fields,
                    visit_form=visit_form,
                )
            elif chosen := chosen_value(element):
                if rule.period_field is None:
                    problems.append(
                        f"{element.name} elements are no links: name the field that their value "
                        "is sent as in period_field"
                    )
                    return
                period = ((rule.period_field, chosen),)
                yield Candidate(
                    url=rule.action or rule.landing_page,
                    label=label_of(element),
                    found_on=page.url,
                    row=clean_label(chosen),
                    form=(*rule.fields, *period),
                    visit_form=visit_form,
                    period_fields=period,
                )

    links = list(sorted_links(publisher_id, rule, candidates(), hosts))
    return without_repeats(links, problems)


def chosen_value(element: Tag) -> str:
    """The value that choosing the element would send; "" where it stands for no choice."""
    return str(element.get("value") or "").strip()
