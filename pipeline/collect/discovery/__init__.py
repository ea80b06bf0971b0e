"""From a publisher's rule to its publications: every link taken, or left with a reason."""

from datetime import date
from pathlib import Path

from pipeline.collect.answers import Page
from pipeline.collect.discovery.code_hosts import github_folder
from pipeline.collect.discovery.forms import form_post
from pipeline.collect.discovery.found import Discovery, FetchPage, Link
from pipeline.collect.discovery.govuk import govuk_content_api
from pipeline.collect.discovery.months import url_per_month
from pipeline.collect.discovery.odd import named_function
from pipeline.collect.discovery.pages import links_on_page, links_on_subpages
from pipeline.collect.discovery.portals import ckan, datapress, opendatasoft
from pipeline.collect.discovery.reports import report_export
from pipeline.collect.discovery.tables import arcgis, socrata
from pipeline.collect.hosts import host_of
from pipeline.errors import AnchorspendError
from pipeline.registry.models import Publisher
from pipeline.registry.rules import (
    Arcgis,
    AskingRule,
    Ckan,
    Datapress,
    DropFolder,
    FormPost,
    GithubFolder,
    GovukContentApi,
    LinksOnPage,
    LinksOnSubpages,
    Opendatasoft,
    PythonRule,
    ReportExport,
    Socrata,
    UrlPerMonth,
)

__all__ = ["Discovery", "FetchPage", "Link", "discover", "page_from_file", "source_hosts"]


def discover(publisher: Publisher, fetch: FetchPage, today: date | None = None) -> Discovery:  # noqa: C901 - one line for each rule
    """The publications that the publisher lists today; none where a person hands files in.

    `today` decides which months are complete. Whatever `fetch` raises for the address that the
    rule looks at first passes through; later pages that fail are problems of the Discovery.
    """
    hosts = source_hosts(publisher)
    day = today or date.today()
    match publisher.discovery:
        case LinksOnPage() as rule:
            return links_on_page(publisher.id, rule, fetch(rule.landing_page))
        case LinksOnSubpages() as rule:
            return links_on_subpages(publisher.id, rule, fetch)
        case FormPost() as rule:
            return form_post(publisher.id, rule, fetch(rule.landing_page), hosts)
        case ReportExport() as rule:
            return report_export(publisher.id, rule, fetch(rule.landing_page), hosts)
        case Ckan() as rule:
            return ckan(publisher.id, rule, fetch, hosts)
        case GovukContentApi() as rule:
            return govuk_content_api(publisher.id, rule, fetch, hosts)
        case GithubFolder() as rule:
            return github_folder(publisher.id, rule, fetch, hosts)
        case Datapress() as rule:
            return datapress(publisher.id, rule, fetch, hosts)
        case Opendatasoft() as rule:
            return opendatasoft(publisher.id, rule, fetch, hosts)
        case Arcgis() as rule:
            return arcgis(publisher.id, rule, fetch, hosts)
        case Socrata() as rule:
            return socrata(publisher.id, rule, fetch, day)
        case UrlPerMonth() as rule:
            return url_per_month(publisher.id, rule, day)
        case PythonRule() as rule:
            return named_function(rule)(publisher, fetch)
        case DropFolder():
            return Discovery((), ())


def source_hosts(publisher: Publisher) -> frozenset[str]:
    """The hosts that the publisher's pages and files may lie on."""
    rule = publisher.discovery
    if not isinstance(rule, AskingRule):
        return frozenset()
    named = (host_of(address) for address in rule.addresses)
    return frozenset({*named, *rule.allowed_hosts, *rule.service_hosts} - {""})


def page_from_file(path: Path, url: str) -> Page:
    """A landing page that a person saved, as if it had come from its address."""
    try:
        return Page(url, path.read_bytes())
    except OSError as error:
        raise AnchorspendError(f"{path} cannot be read ({error.strerror}): check the name.") from (
            error
        )
