"""The data dictionary says all that the YAML says, escaped, and asks for nothing outside itself."""

import base64
import hashlib
import html
import re

import pytest

from pipeline.settings import SQL_ROOT
from pipeline.sql_models import load_project
from pipeline.sql_models.dictionary import dictionary_page, lineage_picture


@pytest.fixture(scope="module")
def project():
    return load_project(SQL_ROOT)


@pytest.fixture(scope="module")
def page(project):
    return dictionary_page(project, {"payments": 1234567})


def test_every_table_column_and_test_is_on_the_page(project, page):
    shown = html.unescape(page)
    for table in project.tables.values():
        assert f'<article id="{table.name}">' in page
        assert table.yaml.description in shown
        for name, column in table.yaml.columns.items():
            assert f"<td>{name}</td>" in page
            assert column.description in shown
    for test in project.row_tests:
        assert test.name in shown
    assert "1,234,567 rows" in page
    assert "macro local_share(town, year, definition)" in page


def test_the_page_runs_its_own_script_and_nothing_else(page):
    [policy] = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    for tag in ("style", "script"):
        [text] = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src &#39;sha256-{html.escape(digest)}&#39;" in policy
    assert "default-src &#39;none&#39;" in policy
    addresses = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert addresses
    assert all(address.startswith("#") for address in addresses)


def test_what_the_yaml_says_is_escaped(tmp_path):
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds/bodies.csv").write_text("id\n1\n")
    (tmp_path / "seeds/bodies.yml").write_text(
        "description: One row per <script>alert(1)</script>.\ngrain: [id]\n"
        "columns:\n  id: {type: INTEGER, description: '<b>bold</b>'}\n"
    )
    page = dictionary_page(load_project(tmp_path), {})
    assert "<script>alert" not in page
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert "not built yet" in page


def test_each_table_stands_right_of_all_that_it_is_made_from(project):
    picture = lineage_picture(project)
    boxes = {box.name: box for box in picture.boxes}
    assert boxes.keys() == project.tables.keys()
    for name, model in project.models.items():
        assert all(boxes[ref].x < boxes[name].x for ref in model.sql.refs)
    assert len({(box.x, box.y) for box in picture.boxes}) == len(boxes)
    assert len(picture.lines) == sum(len(model.sql.refs) for model in project.models.values())
