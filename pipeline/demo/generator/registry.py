"""The registry of the invented bodies: the YAML that a contributor would write for them."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from pipeline.demo.generator.organisations import Organisation, legal_name
from pipeline.demo.generator.places import TOWNS
from pipeline.demo.generator.publishers import Publisher
from pipeline.demo.generator.website import FORM_FIELDS, REPOSITORY

INVENTED = "invented for the demo"
PAGE_RULES = {
    "article_page": r"/media/\d+/",
    "year_workbooks": r"/media/.*\.xlsx$",
    "annual_sheets": r"/spend-over-500.*\.xlsx$",
    "csv_and_pdf": r"/media/.*\.(csv|pdf)$",
    "months_and_quarters": r"/wp-content/uploads/.*\.csv$",
    "calendar_years": r"/files/.*\.csv$",
    "blocked": r"\.csv$",
}
CADENCES = {"year_workbooks": "annual", "annual_sheets": "annual", "calendar_years": "annual"}
PUBLISHES = {"blocked": "blocked", "nothing": "nothing_found", "report_export": "form"}


def write_registry(folder: Path, publishers: list[Publisher], site_url: str) -> None:
    """Write towns.yml, areas.yml and a YAML per publisher, with the addresses of the site."""
    (folder / "publishers").mkdir(parents=True, exist_ok=True)
    _write(
        folder / "areas.yml",
        {
            town.county_id: {
                "name": town.county_name,
                "lad_codes": list(town.county_lads),
                "source": INVENTED,
            }
            for town in TOWNS
        },
    )
    _write(
        folder / "towns.yml",
        {
            town.id: {
                "name": town.name,
                "lad_code": town.lad_code,
                "lad_vintage": 2026,
                "county_areas": [town.county_id],
                "region_code": town.region_code,
                "region_name": town.region_name,
                "source": INVENTED,
                "invented": True,
            }
            for town in TOWNS
        },
    )
    for publisher in publishers:
        _write(folder / "publishers" / f"{publisher.id}.yml", _publisher(publisher, site_url))


def write_known_payees(folder: Path, organisations: Iterable[Organisation]) -> None:
    """Write known_payees.csv: companies that publishers own, and those that pass the pounds on."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "known_payees.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(
            ["name", "payee_control", "owned_by", "is_intermediary", "reason", "evidence"]
        )
        for one in organisations:
            if one.owner or one.is_intermediary:
                rows.writerow(
                    [
                        legal_name(one),
                        "anchor_owned" if one.owner else None,
                        one.owner,
                        "yes" if one.is_intermediary else "no",
                        "owned by its customer" if one.owner else "resells what others make",
                        INVENTED,
                    ]
                )


def _publisher(publisher: Publisher, site_url: str) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "name": publisher.name,
        "kind": publisher.kind,
        "anchors": [
            {
                "town": publisher.town,
                "basis": "named",
                "from": f"{publisher.begins}-04-01",
                "evidence": INVENTED,
            }
        ],
        "discovery": _discovery(publisher, f"{site_url}/{publisher.id}/", site_url),
        "cadence": CADENCES.get(publisher.site, "monthly"),
        "publishes": PUBLISHES.get(publisher.site, "files"),
        "publishes_evidence": INVENTED,
        "verified": False,
        "licence": "invented",
        "attribution": "invented data",
    }
    if publisher.serves:
        entry["service_area"] = list(publisher.serves)
    if publisher.threshold:
        entry["threshold_gbp"] = publisher.threshold
    if publisher.basis != "unknown":
        entry |= {"amount_basis": publisher.basis, "amount_basis_evidence": INVENTED}
    return entry


def _discovery(publisher: Publisher, page: str, site_url: str) -> dict[str, Any]:
    match publisher.site:
        case "report_export":
            return {
                "rule": "drop_folder",
                "instructions": "Export each financial year from the report tool; the demo does.",
            }
        case "nothing":
            return {"rule": "drop_folder", "instructions": "It publishes nothing."}
        case "form":
            fields = [["strAction", "exportCSV"]]
            fields += [["strOutputFields", name] for name in FORM_FIELDS]
            return {
                "rule": "form_post",
                "landing_page": page,
                "periods": "ul.pal_submenu a[href]",
                "fields": fields,
            }
        case "year_pages":
            return {
                "rule": "links_on_subpages",
                "landing_page": page,
                "href_matches": "/download/",
                "subpage_matches": r"/publication-of-spend-\d{4}-?$",
            }
        case "folder_listing":
            return {
                "rule": "github_folder",
                "repository": REPOSITORY,
                "branch": "master",
                "href_matches": r"\.csv$",
                "api": f"{site_url}/api",
            }
        case site:
            return {
                "rule": "links_on_page",
                "landing_page": page,
                "href_matches": PAGE_RULES[site],
            }


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(
        "# Invented: no such bodies and places exist.\n"
        + yaml.safe_dump(content, sort_keys=False, allow_unicode=True),
        encoding="utf-8",
    )
