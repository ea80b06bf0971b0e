"""What a town, an area and a publisher are: the shapes that the registry's YAML must have."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Discriminator, Field, StrictBool, Tag, model_validator

from pipeline.registry.field_types import (
    CertificateFile,
    HostName,
    Identifier,
    LadCode,
    LadCodes,
    Month,
    OdsCode,
    RegistryModel,
    Text,
    WebAddress,
    all_different,
    some_and_all_different,
)
from pipeline.registry.rules import (
    Discovery,
    DropFolder,
    FormPost,
    LinksOnPage,
    LinksOnSubpages,
    PythonRule,
    ReportExport,
)

__all__ = [
    "Anchor",
    "Area",
    "Cadence",
    "Caveat",
    "DropFolder",
    "Expectations",
    "FileFormat",
    "GbpPerFile",
    "LinksOnPage",
    "Publisher",
    "PublisherKind",
    "Publishes",
    "Registry",
    "RegistryModel",
    "RowsPerFile",
    "Town",
]

PublisherKind = Literal[
    "county_council",
    "district_council",
    "unitary_authority",
    "metropolitan_district",
    "london_borough",
    "police_and_crime",
    "fire_authority",
    "nhs_trust",
    "nhs_icb",
    "nhs_ccg",
    "college",
    "university",
    "housing_association",
    "central_government",
    "other",
]
Cadence = Literal["monthly", "quarterly", "annual", "irregular", "unknown"]
FileFormat = Literal["csv", "xlsx", "xls", "ods", "pdf", "html", "unknown"]
# files: links to files; form: only behind a form or report tool, so a person exports;
# blocked: the page refuses scripts; page_not_seen: a duty to publish, the page was not found.
Publishes = Literal["files", "form", "blocked", "page_not_seen", "nothing_found"]


class Caveat(RegistryModel):
    """Something a reader of the figures must know, and how we know it."""

    text: Text
    evidence: Text


class Area(RegistryModel):
    """A named list of local authority districts, such as Lancashire-12."""

    id: Identifier
    name: Text
    lad_codes: LadCodes
    source: Text


class Town(RegistryModel):
    """A place that is compared: one LAD at a pinned boundary vintage, its counties, its region.

    `county_areas` are ids of areas; the first is the county where none is asked for.
    `lad_vintage` is the year of the boundaries. An invented town is one that does not exist: what
    is shown of it says so.
    """

    id: Identifier
    name: Text
    lad_code: LadCode
    lad_vintage: int = Field(ge=2009, le=2100)
    county_areas: Annotated[tuple[Identifier, ...], AfterValidator(some_and_all_different)]
    region_code: LadCode
    region_name: Text
    source: Text
    invented: bool = False
    caveats: tuple[Caveat, ...] = ()

    @property
    def county_area(self) -> str:
        """The id of the area that is this town's county where none is asked for."""
        return self.county_areas[0]


class Anchor(RegistryModel):
    """The relation "this publisher is an anchor institution of that town", with its dates.

    `basis` is "named" where a published list of the town names the body, "like_for_like" where
    it serves the town and is of a kind that every town has (council, police, fire, NHS).
    Both days are included; without one, the relation is open at that end.
    """

    town: Identifier
    basis: Literal["named", "like_for_like"]
    valid_from: date | None = Field(default=None, alias="from")
    valid_to: date | None = Field(default=None, alias="to")
    evidence: Text

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "Anchor":
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError(f"ends on {self.valid_to}, before it begins on {self.valid_from}")
        return self


class _UsualRange(RegistryModel):
    """What one file of a publisher usually holds, both ends included."""

    min: int = Field(ge=0)
    max: int = Field(ge=1)

    @model_validator(mode="after")
    def _min_is_not_above_max(self) -> "_UsualRange":
        if self.min > self.max:
            raise ValueError(f"min {self.min} is above max {self.max}")
        return self


class RowsPerFile(_UsualRange):
    """How many payments one file of this publisher usually holds, both ends included."""


class GbpPerFile(_UsualRange):
    """What the payments of one file of this publisher usually add up to, in whole pounds."""


class Expectations(RegistryModel):
    """What a run should find; another finding is reported, never put right by itself."""

    rows_per_file: RowsPerFile | None = None
    gbp_per_file: GbpPerFile | None = None
    first_month: Month | None = None


def _list_or_name(value: object) -> str:
    return "list" if isinstance(value, list | tuple) else "name"


ServiceArea = Annotated[
    Annotated[Identifier, Tag("name")] | Annotated[LadCodes, Tag("list")],
    Discriminator(_list_or_name),
]


class Publisher(RegistryModel):
    """A body that publishes its spending, or should; the id is the stem of its YAML file.

    `service_area` is the id of an area or a list of LAD codes; None where it is not known to
    follow district boundaries. `amount_basis` speaks for files that do not say net or gross.
    `threshold_gbp` is pounds. `headers` lists exceptions to the header synonyms: heading as
    published -> column, or "ignore". `extra_certificates` maps a host that leaves a certificate
    out of its chain to a PEM file in the registry's folder certificates/. `verified` is true once
    a person has checked the landing page and the rule against the live site.
    """

    id: Identifier
    name: Text
    kind: PublisherKind
    ons_code: LadCode | None = None
    ods_code: OdsCode | None = None
    service_area: ServiceArea | None = None
    anchors: tuple[Anchor, ...] = ()
    succeeds: Annotated[tuple[Identifier, ...], AfterValidator(all_different)] = ()
    landing_pages: tuple[WebAddress, ...] = ()
    discovery: Discovery
    threshold_gbp: Decimal | None = Field(default=None, ge=0, max_digits=14, decimal_places=4)
    cadence: Cadence = "unknown"
    formats: tuple[FileFormat, ...] = ()
    amount_basis: Literal["net", "gross", "unknown"] = "unknown"
    amount_basis_evidence: Text | None = None
    publishes: Publishes
    publishes_evidence: Text
    verified: StrictBool
    expect: Expectations = Expectations()
    headers: dict[Text, Identifier] = Field(default_factory=dict)
    extra_certificates: dict[HostName, CertificateFile] = Field(default_factory=dict)
    licence: Text | None = None
    attribution: Text | None = None
    caveats: tuple[Caveat, ...] = ()

    @model_validator(mode="after")
    def _is_an_anchor_of_a_town_once(self) -> "Publisher":
        towns = [anchor.town for anchor in self.anchors]
        for town in towns:
            if towns.count(town) > 1:
                raise ValueError(f"is an anchor of {town} twice: its money would count twice")
        return self

    @model_validator(mode="after")
    def _a_known_basis_has_evidence(self) -> "Publisher":
        if self.amount_basis != "unknown" and self.amount_basis_evidence is None:
            raise ValueError(
                f"amount_basis {self.amount_basis} needs amount_basis_evidence: "
                "say where the publisher says so"
            )
        return self

    @property
    def landing_page(self) -> str | None:
        """The page that discovery reads, else the first known page, else what is asked, or None."""
        rule = self.discovery
        if isinstance(rule, LinksOnPage | LinksOnSubpages | FormPost | ReportExport | PythonRule):
            return rule.landing_page
        return self.landing_pages[0] if self.landing_pages else rule.looks_at


@dataclass(frozen=True)
class Registry:
    """All towns, areas and publishers, each by its id; PEM files of certificates by host."""

    towns: Mapping[str, Town]
    areas: Mapping[str, Area]
    publishers: Mapping[str, Publisher]
    certificates: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)

    def service_area_lads(self, publisher: Publisher) -> tuple[str, ...]:
        """The LAD codes that the publisher serves; empty where its area is not stated."""
        if publisher.service_area is None:
            return ()
        if isinstance(publisher.service_area, str):
            return self.areas[publisher.service_area].lad_codes
        return publisher.service_area

    def anchors_of(self, town_id: str) -> tuple[tuple[Publisher, Anchor], ...]:
        """Every publisher that is or was an anchor of the town, with that relation."""
        return tuple(
            (publisher, anchor)
            for publisher in self.publishers.values()
            for anchor in publisher.anchors
            if anchor.town == town_id
        )
