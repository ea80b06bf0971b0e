"""Data portals, GOV.UK and GitHub: listings in JSON, each in its own shape."""

import json

import pytest

from pipeline.collect.answers import FetchFailure
from pipeline.collect.collecting import collect_publisher
from tests.collect.publishers import found_by, publisher_with, reasons, summed
from tests.collect.served import answer


def served(site, path: str, value: object) -> None:
    site.answers[path] = answer(json.dumps(value).encode())


PACKAGE = "/api/3/action/package_show?id=spending-over-500"


def package(site):
    return {
        "success": True,
        "result": {
            "title": "Spending over £500",
            "resources": [
                {"url": f"{site.root}/1.csv", "name": "April 2024", "format": "CSV"},
                {"url": "", "name": "May 2024", "format": "CSV"},
                {"url": f"{site.root}/1.csv", "name": "April 2024 again", "format": ".csv"},
                {"url": f"{site.root}/2.zip", "name": None, "description": "All of 2023"},
                {"url": "https://elsewhere.example/3.csv", "name": "June 2024"},
                {"url": ["x"], "name": 7},
                "no resource",
            ],
        },
    }


def ckan(site, **other):
    return {
        "rule": "ckan",
        "portal": site.root + "/",
        "packages": ["spending-over-500"],
        "ignore": [r"\.zip$"],
    } | other


def test_resources_of_a_ckan_package_are_its_publications(site, web):
    served(site, PACKAGE, package(site))
    found = found_by(web, **ckan(site))
    assert summed(found) == [("April 2024", "spend", "2024-04-01 2024-04-30")]
    assert found.publications[0].format == "csv"
    told = reasons(found)
    assert told["May 2024"] == "the listing gives no address for it"
    assert "same file" in told["April 2024 again"]
    assert "ignore" in told["All of 2023"]
    assert "elsewhere.example" in told["June 2024"]


def test_one_package_that_is_gone_is_a_problem_and_all_gone_is_a_failure(site, web):
    served(site, PACKAGE, package(site))
    found = found_by(web, **ckan(site, packages=["gone", "spending-over-500"]))
    assert len(found.publications) == 1
    assert "nothing at this address" in found.problems[0]
    with pytest.raises(FetchFailure):
        found_by(web, **ckan(site, packages=["gone"]))


def test_a_package_with_dead_addresses_only_is_an_error(site, web, archive, ledger):
    # data.gov.uk lists Barnet's spending with empty addresses.
    served(site, PACKAGE, {"result": {"resources": [{"url": "", "name": "May 2024"}]}})
    attempts = collect_publisher(publisher_with(**ckan(site)), archive, ledger, web)
    assert [one.outcome for one in attempts] == ["error"]


API = "/api/content/government/publications/spend-2024"


def gov_uk(site, *paths: str):
    pages = [f"{site.root}/government/{path}" for path in paths or ("publications/spend-2024",)]
    return {"rule": "govuk_content_api", "pages": pages}


def test_attachments_on_gov_uk_are_publications(site, web):
    served(
        site,
        API,
        {
            "title": "Spending over £25,000: April to June 2024",
            "details": {
                "attachments": [
                    {
                        "url": f"{site.root}/media/6a/april.csv",
                        "title": "April 2024",
                        "content_type": "text/csv",
                    },
                    {"url": "/media/6b/may.ods", "title": "May 2024"},
                    {
                        "url": "https://assets.publishing.service.gov.uk/media/6c/june.csv",
                        "title": "June 2024",
                    },
                    {"title": "An HTML page without a file"},
                ]
            },
        },
    )
    found = found_by(web, **gov_uk(site))
    assert [(one.label, one.format) for one in found.publications] == [
        ("April 2024", "csv"),
        ("May 2024", "ods"),
        ("June 2024", "csv"),
    ]
    assert found.publications[1].url == site.root + "/media/6b/may.ods"
    assert "no address" in reasons(found)["An HTML page without a file"]


def test_a_collection_on_gov_uk_is_followed_to_its_documents(site, web):
    served(
        site,
        "/api/content/government/collections/spend",
        {
            "document_type": "document_collection",
            "details": {},
            "links": {
                "documents": [
                    {"base_path": "/government/publications/spend-2024"},
                    {"base_path": "/government/publications/gone"},
                    {"base_path": "/government/collections/within"},
                    {"base_path": "//evil.example/x"},
                    {"base_path": 7},
                ]
            },
        },
    )
    within = {
        "document_type": "document_collection",
        "details": {},
        "links": {"documents": [{"base_path": "/government/publications/far"}]},
    }
    served(site, "/api/content/government/collections/within", within)
    attachment = {"url": f"{site.root}/a.csv", "title": "April 2024"}
    served(site, API, {"details": {"attachments": [attachment]}})
    found = found_by(web, **gov_uk(site, "collections/spend"))
    assert [one.label for one in found.publications] == ["April 2024"]
    assert len(found.problems) == 1
    assert "publications/gone" in found.problems[0]
    assert site.asked("/api/content/government/publications/far") == 0


def test_a_page_of_gov_uk_that_is_gone_is_a_failure(site, web):
    with pytest.raises(FetchFailure, match="nothing at this address"):
        found_by(web, **gov_uk(site))


FOLDER = "/repos/Ashford-Council/spending/contents/data?ref=master"


def github(site):
    return {
        "rule": "github_folder",
        "repository": "Ashford-Council/spending",
        "branch": "master",
        "folder": "data",
        "api": site.root,
        "href_matches": r"SpendingOver500_\d{6}\.csv$",
    }


def test_files_of_a_repository_folder_are_found_at_their_raw_addresses(site, web):
    raw = f"{site.root}/Ashford-Council/spending/master/data"
    served(
        site,
        FOLDER,
        [
            {
                "type": "file",
                "name": "SpendingOver500_202404.csv",
                "download_url": f"{raw}/SpendingOver500_202404.csv",
            },
            {"type": "file", "name": "README.md", "download_url": f"{raw}/README.md"},
            {"type": "dir", "name": "old", "download_url": None},
            {
                "type": "file",
                "name": "SpendingOver500_202405.csv",
                "download_url": "https://evil.example/SpendingOver500_202405.csv",
            },
        ],
    )
    found = found_by(web, **github(site))
    assert summed(found) == [("SpendingOver500_202404.csv", "spend", "2024-04-01 2024-04-30")]
    assert "evil.example" in reasons(found)["SpendingOver500_202405.csv"]


def test_a_repository_that_moved_is_a_failure(site, web):
    served(site, FOLDER, {"message": "Not Found"})
    with pytest.raises(FetchFailure, match="listing of a folder"):
        found_by(web, **github(site))


EXPORT = "/api/v3/datasets/export.json"


def datapress(site):
    return {
        "rule": "datapress",
        "portal": site.root,
        "dataset_matches": "^council-spending(-|$)",
    }


def test_a_datapress_data_set_is_found_though_its_slug_has_changed(site, web):
    resources = {
        "id1": {"url": "/download/2gpp0/1/april.csv", "title": "April 2024", "format": "csv"},
        "id2": {"url": f"{site.root}/download/2gpp0/2/x", "title": "May 2024", "format": "XLSX"},
    }
    served(
        site,
        EXPORT,
        [
            {"slug": "trees", "title": "Trees", "resources": resources},
            {"slug": "council-spending-2gpp0", "title": "Council spending", "resources": resources},
            {"slug": "council-spending-old", "resources": [{"url": "/b.csv", "title": "May 2023"}]},
        ],
    )
    found = found_by(web, **datapress(site))
    assert [(one.label, one.format) for one in found.publications] == [
        ("April 2024", "csv"),
        ("May 2024", "xlsx"),
        ("May 2023", "csv"),
    ]
    assert found.publications[0].url == site.root + "/download/2gpp0/1/april.csv"


def test_a_datapress_data_set_that_was_renamed_is_told(site, web, archive, ledger):
    served(site, EXPORT, [{"slug": "spend", "resources": {}}])
    attempts = collect_publisher(publisher_with(**datapress(site)), archive, ledger, web)
    assert [one.outcome for one in attempts] == ["error"]
    assert "none of the 1 data sets" in attempts[0].reason


DATASET = "/api/explore/v2.1/catalog/datasets/spending"


def opendatasoft(site, **other):
    return {"rule": "opendatasoft", "portal": site.root, "datasets": ["spending"]} | other


def test_an_opendatasoft_data_set_is_one_export(site, web, archive, ledger):
    title = {"default": {"title": "Payments over £500"}}
    served(site, DATASET, {"dataset_id": "spending", "metas": title})
    site.answers[DATASET + "/exports/csv?delimiter=%2C"] = answer(b"a,b\n1,2\n")
    attempts = collect_publisher(publisher_with(**opendatasoft(site)), archive, ledger, web)
    assert [(one.publication.label, one.outcome) for one in attempts] == [
        ("Payments over £500", "new")
    ]


def test_an_opendatasoft_data_set_that_is_gone_is_told(site, web):
    served(site, DATASET, {"dataset_id": "spending", "metas": {}})
    found = found_by(web, **opendatasoft(site, datasets=["spending", "gone"]))
    assert [one.label for one in found.publications] == ["spending"]
    assert len(found.problems) == 1


RULES = {
    "ckan": (ckan, PACKAGE),
    "govuk": (gov_uk, API),
    "github": (github, FOLDER),
    "datapress": (datapress, EXPORT),
    "opendatasoft": (opendatasoft, DATASET),
}


@pytest.mark.parametrize(("rule", "path"), RULES.values(), ids=RULES)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<!DOCTYPE html><title>New portal</title>",
        b"null",
        b"7",
        b"[" * 100_000,
        b'{"result": {"resources": 7}, "details": 7, "dataset_id": 7, "metas": 7}',
        b'[{"slug": 7, "type": "file", "download_url": {}}, [], null]',
        b'{"datasets": [{"slug": "council-spending", "resources": [{"url": "http://[x"}]}]}',
        b'{"details": {"attachments": [{"url": "http://[x", "title": []}]}}',
        b"\xff\xfe\x00",
    ],
)
def test_a_redesigned_or_hostile_answer_is_told_and_never_nothing_new(
    site, web, archive, ledger, rule, path, body
):
    site.answers[path] = answer(body)
    attempts = collect_publisher(publisher_with(**rule(site)), archive, ledger, web)
    assert attempts
    assert {one.outcome for one in attempts} <= {"error", "not_published"}
    assert not any("Error:" in one.reason for one in attempts), "an exception of Python's own"
