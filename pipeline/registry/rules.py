"""The rules by which a publisher's files are found: one model each, told apart by `rule`.

A rule that lists links sorts each of them by the same four fields, all used with re.search:
`href_matches` (the whole address), `label_matches` (the link's text or the resource's title),
`ignore` (either) and `allowed_hosts` (hosts beside those that the rule itself names).
"""

from string import Formatter
from typing import Annotated, ClassVar, Literal, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StrictBool, model_validator

from pipeline.registry.field_types import (
    HostName,
    Month,
    Pattern,
    RegistryModel,
    Selector,
    Text,
    WebAddress,
    some_and_all_different,
)

# What `url_per_month` can put into an address, each with its form for April 2024.
MONTH_PLACEHOLDERS = {
    "year": "2024",
    "short_year": "24",
    "month": "04",
    "plain_month": "4",
    "month_name": "April",
    "lower_month_name": "april",
    "short_month_name": "Apr",
    "lower_short_month_name": "apr",
    "financial_year": "2024",
    "financial_year_end": "2025",
    "short_financial_year": "24",
    "short_financial_year_end": "25",
    "finance_period": "01",
}

# One field of a form, as [name, value]; names may repeat.
FormField = tuple[Annotated[str, Field(max_length=500)], Annotated[str, Field(max_length=2000)]]
ListedKind = Literal["spend", "purchase_card"]


def _has_known_placeholders(pattern: str) -> str:
    try:
        parts = [part for part in Formatter().parse(pattern) if part[1] is not None]
    except ValueError as error:
        raise ValueError(f"not a pattern of an address: {error}") from error
    names = {str(name) for _, name, _, _ in parts}
    if any(form or conversion for _, _, form, conversion in parts):
        raise ValueError("a placeholder is a name alone: {month}, which is 04 for April")
    unknown = names - MONTH_PLACEHOLDERS.keys()
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in MONTH_PLACEHOLDERS)
        raise ValueError(f"unknown placeholder {{{min(unknown)}}}; there are {known}")
    if not names:
        raise ValueError("names no month: write {year} and {month} where they stand")
    if "{" in urlsplit(pattern).netloc:
        raise ValueError("the host may not hold a placeholder")
    return pattern


class Rule(RegistryModel):
    """What all rules have."""

    # Hosts that belong to the service which the rule asks, whoever the publisher is.
    service_hosts: ClassVar[tuple[str, ...]] = ()

    @property
    def looks_at(self) -> str | None:
        """The address that is asked first; None where nothing is asked."""
        return None

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses that the rule names; their hosts are allowed."""
        return (self.looks_at,) if self.looks_at else ()


class AskingRule(Rule):
    """A rule that asks web sites; `allowed_hosts` stand beside the hosts that it names."""

    allowed_hosts: tuple[HostName, ...] = ()


class ListingRule(AskingRule):
    """A rule that lists links and sorts them; without a pattern every link is taken."""

    href_matches: Pattern | None = None
    label_matches: Pattern | None = None
    ignore: tuple[Pattern, ...] = ()


class LinksOnPage(ListingRule):
    """The files are links on the landing page."""

    rule: Literal["links_on_page"]
    landing_page: WebAddress
    href_matches: Pattern

    @property
    def looks_at(self) -> str:
        """The landing page."""
        return self.landing_page


class LinksOnSubpages(ListingRule):
    """The files are links on pages that the landing page leads to, and on the landing page itself.

    Year pages, pages of a list ("?page=2"), Jadu's two hops (/downloads/download/{id} leads to
    /downloads/file/{id}). A link leads on when its whole address matches `subpage_matches` and,
    where given, its text matches `subpage_label_matches`; a link that matches `href_matches` is a
    file and never leads on. `depth` is how many hops away pages are read: a list that links only
    to its next page needs as many as it has pages. At most `max_pages` pages are read; that some
    were left is told.
    """

    rule: Literal["links_on_subpages"]
    landing_page: WebAddress
    href_matches: Pattern
    subpage_matches: Pattern
    subpage_label_matches: Pattern | None = None
    depth: int = Field(default=1, ge=1, le=50)
    max_pages: int = Field(default=60, ge=2, le=500)

    @property
    def looks_at(self) -> str:
        """The landing page."""
        return self.landing_page


class FormPost(ListingRule):
    """The landing page lists the periods, and each file is the answer to a form.

    `periods` is a CSS selector of what names a period: links ("ul.pal_submenu a[href]"), whose
    address the form is posted to, or choices ("select[name=period] option"), whose value is sent
    as the field `period_field`, to `action` or else to the landing page. `fields` are sent in
    their order and may repeat a name. With `hidden_fields`, the hidden fields that the page holds
    today (__VIEWSTATE) go along. The patterns sort the periods by address and text.
    """

    rule: Literal["form_post"]
    landing_page: WebAddress
    periods: Selector
    fields: tuple[FormField, ...] = Field(max_length=200)
    period_field: Text | None = None
    action: WebAddress | None = None
    hidden_fields: StrictBool = False

    @property
    def looks_at(self) -> str:
        """The landing page."""
        return self.landing_page

    @property
    def addresses(self) -> tuple[str, ...]:
        """The landing page, and where the form is sent."""
        return (self.landing_page, self.action) if self.action else (self.landing_page,)


class ReportExport(ListingRule):
    """A report tool (Logi Analytics) that exports one period at a time within a session.

    `landing_page` holds a list of choices, found by the CSS selector `periods`. Each period's
    report is at `report`, an address in which {period} stands for the choice's value. On that page
    the selector `export_link` finds the link "javascript:SubmitForm('<address>', ...)"; its
    address is posted to with every field of the page's form, with the field `token_field` (such as
    rdCSRFKey, looked for on the report, else on the landing page) and with `fields`, which win.
    """

    rule: Literal["report_export"]
    landing_page: WebAddress
    periods: Selector
    report: WebAddress
    export_link: Selector
    token_field: Text
    fields: tuple[FormField, ...] = Field(default=(), max_length=200)

    @property
    def looks_at(self) -> str:
        """The landing page."""
        return self.landing_page

    @property
    def addresses(self) -> tuple[str, ...]:
        """The landing page and the report."""
        return (self.landing_page, self.report)

    @model_validator(mode="after")
    def _report_is_for_a_period(self) -> "ReportExport":
        if "{period}" not in self.report:
            raise ValueError("report: must hold {period} where the chosen period stands")
        return self


Names = Annotated[tuple[Text, ...], Field(max_length=100), AfterValidator(some_and_all_different)]


class Ckan(ListingRule):
    """The resources of some packages of a CKAN portal, such as data.gov.uk's.

    `packages` are names or ids, as package_show takes them. Resources without an address are
    told, not taken. Files usually lie on the publisher's own host: name it in `allowed_hosts`.
    """

    rule: Literal["ckan"]
    portal: WebAddress
    packages: Names

    @property
    def looks_at(self) -> str:
        """The portal."""
        return self.portal


class GovukContentApi(ListingRule):
    """The attachments of publications on GOV.UK, by its content API.

    `pages` are publications, or collections whose documents are publications, by their address
    as people see it (https://www.gov.uk/government/...).
    """

    service_hosts: ClassVar[tuple[str, ...]] = ("assets.publishing.service.gov.uk",)

    rule: Literal["govuk_content_api"]
    pages: Annotated[
        tuple[WebAddress, ...], Field(max_length=100), AfterValidator(some_and_all_different)
    ]

    @property
    def looks_at(self) -> str:
        """The first page."""
        return self.pages[0]

    @property
    def addresses(self) -> tuple[str, ...]:
        """All pages."""
        return self.pages


class GithubFolder(ListingRule):
    """The files of one folder of a public GitHub repository.

    `repository` is owner/name; `folder` is "" for the root. `api` is where the listing is asked
    for: only a demo or a test has another.
    """

    service_hosts: ClassVar[tuple[str, ...]] = ("raw.githubusercontent.com",)

    rule: Literal["github_folder"]
    repository: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}$")]
    branch: Annotated[str, Field(pattern=r"^[A-Za-z0-9_./-]{1,100}$")]
    folder: Annotated[str, Field(pattern=r"^[A-Za-z0-9_. /-]{0,200}$")] = ""
    api: WebAddress = "https://api.github.com"

    @property
    def looks_at(self) -> str:
        """The listing's host."""
        return self.api


class Datapress(ListingRule):
    """The resources of some datasets of a DataPress portal (Data Mill North, London Datastore).

    Slugs change ("council-spending" became "council-spending-2gpp0"), so datasets are found by a
    pattern in their slug, id or title.
    """

    rule: Literal["datapress"]
    portal: WebAddress
    dataset_matches: Pattern

    @property
    def looks_at(self) -> str:
        """The portal."""
        return self.portal


class Socrata(AskingRule):
    """A table of a Socrata portal, asked for month by month as CSV.

    `table` is its id (four letters or figures, a dash, four more); `date_column` is the field by
    which months are told, of type date; `rows_per_request` is the page size ($limit).
    """

    rule: Literal["socrata"]
    portal: WebAddress
    table: Annotated[str, Field(pattern=r"^[a-z0-9]{4}-[a-z0-9]{4}$")]
    date_column: Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]{0,100}$")]
    first_month: Month
    rows_per_request: int = Field(default=50_000, ge=1, le=50_000)
    kind: ListedKind = "spend"

    @property
    def looks_at(self) -> str:
        """The portal."""
        return self.portal


class NamedLayer(RegistryModel):
    """A layer of an ArcGIS service, by its address (.../FeatureServer/0), with a label for it.

    Its period, where it has one, is read from the label.
    """

    address: WebAddress
    label: Text


class Arcgis(ListingRule):
    """CSV exports listed in an ArcGIS Hub's catalogue, or layers asked for page by page.

    `hub` is the Hub's address: its DCAT feed lists the datasets, of which those are taken whose
    title matches `dataset_matches`. `layers` are asked for through FeatureServer's query and
    written as one CSV each, with the layer's own field names.
    """

    rule: Literal["arcgis"]
    hub: WebAddress | None = None
    dataset_matches: Pattern | None = None
    layers: tuple[NamedLayer, ...] = Field(default=(), max_length=200)

    @property
    def looks_at(self) -> str | None:
        """The Hub, else the first layer."""
        return self.hub or self.layers[0].address

    @property
    def addresses(self) -> tuple[str, ...]:
        """The Hub and all layers."""
        return (*((self.hub,) if self.hub else ()), *(layer.address for layer in self.layers))

    @model_validator(mode="after")
    def _names_what_to_look_at(self) -> "Arcgis":
        if not self.hub and not self.layers:
            raise ValueError("needs a hub or layers")
        if bool(self.hub) != bool(self.dataset_matches):
            raise ValueError("hub and dataset_matches go together")
        return self


class Opendatasoft(ListingRule):
    """Whole datasets of an Opendatasoft portal, exported as CSV; `datasets` are their ids."""

    rule: Literal["opendatasoft"]
    portal: WebAddress
    datasets: Names

    @property
    def looks_at(self) -> str:
        """The portal."""
        return self.portal


class UrlPerMonth(AskingRule):
    """A file per month at an address that can be written down without looking.

    `pattern` is the address with placeholders; those of MONTH_PLACEHOLDERS, such as {year},
    {month} (04) and {month_name} (April). Months are asked for from `first_month` to `last_month`
    or, without one, to the last complete month. A month that is not there is no fault; none there
    at all is.
    """

    rule: Literal["url_per_month"]
    pattern: Annotated[WebAddress, AfterValidator(_has_known_placeholders)]
    first_month: Month
    last_month: Month | None = None
    kind: ListedKind = "spend"

    @property
    def looks_at(self) -> str:
        """The pattern."""
        return self.pattern

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "UrlPerMonth":
        if self.last_month and self.last_month < self.first_month:
            raise ValueError("last_month is before first_month")
        return self


class DropFolder(Rule):
    """A person exports or downloads the files and hands them in with `anchorspend add`."""

    rule: Literal["drop_folder"]
    instructions: Text


class PythonRule(AskingRule):
    """The last resort: a function in the package pipeline.odd, written for one publisher.

    `function` is "pipeline.odd.<module>:<name>"; it is called with the publisher and with
    what fetches a page, and gives back a Discovery. `landing_page` is what it looks at.
    """

    rule: Literal["python"]
    landing_page: WebAddress
    function: Annotated[str, Field(pattern=r"^pipeline\.odd\.[a-z][a-z0-9_]*:[a-z][a-z0-9_]*$")]

    @property
    def looks_at(self) -> str:
        """The landing page."""
        return self.landing_page


AnyRule = (
    LinksOnPage
    | LinksOnSubpages
    | FormPost
    | ReportExport
    | Ckan
    | GovukContentApi
    | GithubFolder
    | Datapress
    | Socrata
    | Arcgis
    | Opendatasoft
    | UrlPerMonth
    | DropFolder
    | PythonRule
)
Discovery = Annotated[AnyRule, Field(discriminator="rule")]
RULE_NAMES = frozenset(
    name for model in get_args(AnyRule) for name in get_args(model.model_fields["rule"].annotation)
)
