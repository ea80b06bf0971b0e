"""Writes the report beside the one that is there, and puts it in its place."""

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipeline.compare import NOT_A_CONFIDENCE_INTERVAL, PRIVATE_DATA
from pipeline.registers.attribution import ATTRIBUTION
from pipeline.replacing import building_of, replace_folder
from pipeline.report.figures import Figures
from pipeline.report.front import front_pages
from pipeline.report.invented import invented_words
from pipeline.report.method import method_pages
from pipeline.report.page import Page
from pipeline.report.publishers import publisher_pages
from pipeline.report.suppliers import supplier_pages
from pipeline.report.towns import town_pages
from pipeline.settings import Settings
from pipeline.warehouse import open_database, published_digest

_HERE = Path(__file__).parent
_DIGEST = "built-from.txt"


@dataclass(frozen=True)
class SiteReport:
    """Where the report lies, how many pages it has, and whether it was up to date already."""

    index: Path
    pages: int
    skipped: bool


def build_report(settings: Settings) -> SiteReport:
    """Write the report of the published database, unless the one there is of the same.

    Raises AnchorspendError where there is no sound database.
    """
    target = settings.report_dir
    with open_database(settings.database_path) as connection:
        digest = f"{published_digest(settings.database_path)} {_own_digest()}\n"
        record = target / _DIGEST
        if record.is_file() and record.read_text() == digest:
            pages = sum(1 for _ in target.rglob("*.html"))
            return SiteReport(target / "index.html", pages, skipped=True)
        beside = building_of(target)
        shutil.rmtree(beside, ignore_errors=True)
        shutil.copytree(_HERE / "assets", beside / "assets")
        figures = Figures(connection, settings.database_path, beside)
        environment = _environment(figures)
        count = 0
        for pages_of in (front_pages, town_pages, publisher_pages, supplier_pages, method_pages):
            for page in pages_of(figures):
                _write_page(environment, beside, page)
                count += 1
    (beside / _DIGEST).write_text(digest)
    replace_folder(target)
    return SiteReport(target / "index.html", count, skipped=False)


def _own_digest() -> str:
    digest = hashlib.sha256()
    for path in sorted(_HERE.rglob("*")):
        if path.suffix in {".py", ".html", ".css", ".js"}:
            digest.update(path.relative_to(_HERE).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def _environment(figures: Figures) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    [about] = figures.rows("select * from marts.about")
    towns = figures.rows("select town_name, is_invented from marts.towns order by town_name")
    environment.globals |= {
        "about": about,
        "invented_words": invented_words(towns),
        "not_a_confidence_interval": NOT_A_CONFIDENCE_INTERVAL,
        "private_data": PRIVATE_DATA,
        "register_attribution": ATTRIBUTION,
    }
    return environment


def _write_page(environment: Environment, site: Path, page: Page) -> None:
    path = site / page.path
    path.parent.mkdir(parents=True, exist_ok=True)
    html = environment.get_template(page.template).render(
        page.context, root="../" * page.path.count("/"), path=page.path
    )
    path.write_text(html, encoding="utf-8")
