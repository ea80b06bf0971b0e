"""An invented publisher with the rule that a test is about."""

from datetime import date

from pipeline.collect.answers import Page
from pipeline.collect.discovery import Discovery, discover, source_hosts
from pipeline.collect.http import PoliteSession
from pipeline.registry.models import Publisher

TODAY = date(2024, 7, 10)


def publisher_with(**rule: object) -> Publisher:
    return Publisher(
        id="ashford",
        name="Ashford Council",
        kind="district_council",
        discovery=rule,
        publishes="files",
        publishes_evidence="Served by this test.",
        verified=True,
        licence="OGL-UK-3.0",
        attribution="Ashford Council",
    )


def found_by(web: PoliteSession, **rule: object) -> Discovery:
    publisher = publisher_with(**rule)

    def fetch(url: str) -> Page:
        return web.fetch_page(url, source_hosts(publisher))

    return discover(publisher, fetch, TODAY)


def summed(found: Discovery) -> list[tuple[str, str, str]]:
    """Label, kind and days of each publication."""
    return [
        (one.label, one.kind, f"{one.first_day} {one.last_day}" if one.first_day else "undecided")
        for one in found.publications
    ]


def reasons(found: Discovery) -> dict[str, str]:
    return {link.label: link.reason for link in found.links if link.decision == "left"}
