"""The period of a link: label first, then file name, then heading; undecided rather than wrong."""

import csv
import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.periods import judge
from pipeline.collect.periods import decide_periods_file, period_of
from pipeline.errors import AnchorspendError

PAIRS = Path(__file__).parents[3] / "shared/publishers/link_period_pairs.csv"
NAMELESS = "https://x.gov.uk/downloads/file/11422"


def days(label: str, url: str = NAMELESS, heading: str | None = None) -> str:
    found = period_of(label, url, heading)
    if found.decision != "period":
        return found.decision
    return f"{found.first_day}..{found.last_day}"


@pytest.mark.parametrize(
    ("label", "covers"),
    [
        ("Year ending 31 March 2019", "2018-04-01..2019-03-31"),
        ("Payments for the year to 31 March 2019", "2018-04-01..2019-03-31"),
        ("12 months to March 2019", "2018-04-01..2019-03-31"),
        ("Y/E 31.03.2019", "2018-04-01..2019-03-31"),
        ("Spend for quarter ended 30 June 2019", "2019-04-01..2019-06-30"),
        ("Quarter ended February 2020", "2019-12-01..2020-02-29"),
        ("Year ended: April 2018 to March 2019", "2018-04-01..2019-03-31"),
        ("Month ended 30 June 2019", "2019-06-01..2019-06-30"),
        ("Period ended 30 June 2019", "undecided"),
        ("Year ended 2019", "undecided"),
    ],
)
def test_the_end_of_a_year_or_quarter_is_not_the_whole_of_it(label, covers):
    assert days(label) == covers


@pytest.mark.parametrize(
    ("label", "covers"),
    [
        ("Spend data 1st April 2021 to 31st March 2022", "2021-04-01..2022-03-31"),
        ("Arpil 2021", "2021-04-01..2021-04-30"),
        ("Jluy 2021", "2021-07-01..2021-07-31"),
        ("Marc 2021", "2021-03-01..2021-03-31"),
        ("Junee 2021", "2021-06-01..2021-06-30"),
        ("The Arch, 2021", "2021-01-01..2021-12-31"),
        # one month
        ("July 2013\u00a0CSV", "2013-07-01..2013-07-31"),
        ("\u200bFebruary\u200b 2024", "2024-02-01..2024-02-29"),
        ("2015 April", "2015-04-01..2015-04-30"),
        ("Apr '19", "2019-04-01..2019-04-30"),
        ("Febuary 2020", "2020-02-01..2020-02-29"),
        ("201901 Expenditure Over Threshold Report Jan 2019 [xlsx] 23KB", "2019-01-01..2019-01-31"),
        ("Payments over £500 May 2013 CSV 1.1MB download", "2013-05-01..2013-05-31"),
        ("Spend over £25,000 - 2019 - Nov", "2019-11-01..2019-11-30"),
        ("Procurement card transactions June 2016", "2016-06-01..2016-06-30"),
        ("042019", "2019-04-01..2019-04-30"),
        ("31-10-2023", "2023-10-01..2023-10-31"),
        ("April 2019 - last updated 3 June 2021", "2019-04-01..2019-04-30"),
        ("Transparency code 2015: March 2016", "2016-03-01..2016-03-31"),
        ("April 2019-20", "2019-04-01..2019-04-30"),
        ("January 2019/20", "2020-01-01..2020-01-31"),
        ("Period 5 2015/16", "2015-08-01..2015-08-31"),
        # spans
        ("December 21 through February 22", "2021-12-01..2022-02-28"),
        ("November 2010 to March 2011", "2010-11-01..2011-03-31"),
        ("December to February 2014", "2013-12-01..2014-02-28"),
        ("2011 Jan to Mar", "2011-01-01..2011-03-31"),
        ("April, May and June 2014", "2014-04-01..2014-06-30"),
        ("01/04/2019 to 30/06/2019", "2019-04-01..2019-06-30"),
        ("Apr-Jun 2023", "2023-04-01..2023-06-30"),
        # quarters and years
        ("Q4 2025/26", "2026-01-01..2026-03-31"),
        ("1st quarter 2012-13", "2012-04-01..2012-06-30"),
        ("Q2 (Jul-Sep) 2017/18", "2017-07-01..2017-09-30"),
        ("Monthly Spends for 2020-2021 (EXCEL format)", "2020-04-01..2021-03-31"),
        ("2023 to 2024", "2023-04-01..2024-03-31"),
        ("Year 2019", "2019-01-01..2019-12-31"),
        # what may be read in two ways, or names nothing
        ("2011-12", "undecided"),
        ("Q1 2019", "undecided"),
        ("April and June 2014", "undecided"),
        ("15-03-2019", "undecided"),
        ("Week ending 3 May 2019", "undecided"),
        ("H1 2019", "undecided"),
        ("Payments over £500 (last updated 3 June 2021)", "undecided"),
        ("Download", "undecided"),
        ("May", "undecided"),
        # other registers
        ("Contracts register April 2019", "not_spend"),
        ("Invoice payment performance 2019/20", "not_spend"),
        ("Senior salaries 2019", "not_spend"),
    ],
)
def test_a_label_alone(label, covers):
    assert days(label) == covers


@pytest.mark.parametrize(
    ("url", "covers"),
    [
        ("https://x/media/4135/dbc-over-500_julysep2010.csv", "2010-07-01..2010-09-30"),
        ("https://x/DCCSpendingOver500_202001.csv", "2020-01-01..2020-01-31"),
        ("https://x/expenditure_exceeding_500_may_2011.csv", "2011-05-01..2011-05-31"),
        ("https://x/BIS_spending_over__25_000_July_2014.csv", "2014-07-01..2014-07-31"),
        ("https://x/Transactions_over_500_-_Q2.2022.2023_1.xlsx", "2022-07-01..2022-09-30"),
        ("https://x/card_spend_2024-04_2025-03_final.csv", "2024-04-01..2025-03-31"),
        ("https://x/payments-to-suppliers-august-2026-csv-", "2026-08-01..2026-08-31"),
        ("https://x/PUBLISHED%2520-%2520January%25202020.csv", "2020-01-01..2020-01-31"),
        ("https://x/?wpdmdl=71&filename=may-2019.csv&refresh=5f3a9c0d1e", "2019-05-01..2019-05-31"),
        ("https://x/index.asp?Period=042019&Version=1", "2019-04-01..2019-04-30"),
        ("drop:1751976_Spend-Over-250-June-25.csv", "2025-06-01..2025-06-30"),
        ("drop:payments-april2023v2.csv", "2023-04-01..2023-04-30"),
        # Hyndburn's 2002 is February 2020.
        ("drop:1589981942446_2002.csv", "undecided"),
        ("drop:2010.csv", "undecided"),
        ("https://x/spending_2017_8.csv", "undecided"),
        ("https://x/sites/default/files/2025-03/payments.csv", "undecided"),
    ],
)
def test_a_file_name_alone(url, covers):
    assert days("", url) == covers


def test_a_year_folder_gives_the_year_to_a_bare_month():
    url = "https://www.calderdale.gov.uk/council/finances/income-spending/2015/February.csv"
    found = period_of("February", url)
    assert (str(found.first_day), found.source) == ("2015-02-01", "folder")


@pytest.mark.parametrize(
    "url",
    [
        "https://x/sites/default/files/2025-03/february.csv",
        "https://x/wp-content/uploads/2025/03/february.csv",
        "https://x/sites/default/files/2025/february.csv",
    ],
)
def test_an_upload_folder_never_decides(url):
    assert days("February", url) == "undecided"


def test_the_heading_gives_the_year_and_the_financial_year():
    assert days("February", heading="Payments 2019 to 2020") == "2020-02-01..2020-02-29"
    assert days("February", heading="2019") == "2019-02-01..2019-02-28"
    assert days("Quarter 1", heading="2019/20") == "2019-04-01..2019-06-30"
    assert days("CSV", heading="January 2024") == "2024-01-01..2024-01-31"


def test_the_label_comes_before_the_heading():
    assert days("March 2018", heading="2019/20") == "2018-03-01..2018-03-31"


@pytest.mark.parametrize(
    ("label", "name"),
    [
        # Darlington's three, Newham's one.
        ("July 2013 CSV", "payments_over_500_-_june_13.csv"),
        ("December 2014 CSV", "payments_over_500_-_dec_13.csv"),
        ("December 2016 CSV", "december_2015.csv"),
        ("June 2018", "july2018"),
        ("April to June 2017", "April-to-December-2018-v1.csv"),
        ("2018/19", "april-2018.csv"),
    ],
)
def test_label_against_file_name_is_undecided(label, name):
    assert days(label, f"https://x/{name}") == "undecided"


def test_a_file_name_may_count_finance_periods():
    # Gateshead: "August 2018" -> 201805.csv, financial year 2018 period 5.
    assert days("August 2018", "https://x/201805.csv") == "2018-08-01..2018-08-31"
    assert days("August", "https://x/201805.csv") == "2018-08-01..2018-08-31"


def test_an_ambiguous_file_name_is_settled_by_the_label():
    assert days("December 2011", "https://x/spending_2011_12.csv") == "2011-12-01..2011-12-31"
    assert days("2011-12", "https://x/annual-2011-to-2012.csv") == "2011-04-01..2012-03-31"


def test_every_row_of_a_links_file_is_decided_in_its_order(tmp_path):
    links = tmp_path / "links.csv"
    links.write_text("council,link_text,url\nx,May 2013,https://x/a.csv\nx,Contracts register,\n")
    rows = decide_periods_file(links)
    assert rows[0] == {
        "link_text": "May 2013",
        "url": "https://x/a.csv",
        "decision": "period",
        "first_day": "2013-05-01",
        "last_day": "2013-05-31",
        "kind": "spend",
        "from": "label",
        "reason": "the label names the period",
    }
    assert (rows[1]["decision"], rows[1]["kind"]) == ("not_spend", "other")
    assert json.loads(json.dumps(rows)) == rows


@pytest.mark.parametrize("content", ["text,url\n", "", "link_text,url\n\xff"])
def test_a_links_file_that_is_none_says_what_is_wrong(tmp_path, content):
    links = tmp_path / "links.csv"
    links.write_bytes(content.encode("latin-1"))
    with pytest.raises(AnchorspendError, match=r"links\.csv"):
        decide_periods_file(links)
    with pytest.raises(AnchorspendError, match="check the name"):
        decide_periods_file(tmp_path / "missing.csv")


WORDS = st.sampled_from(
    [
        *("may", "June", "sep", "2019", "2011-12", "201805", "19/20", "'21", "Q1", "P5", "01"),
        *("to", "and", "-", "_", ".", "/", " ", "31-10-2023", "over", "£500", "updated", "CSV"),
        *("http://[", "\u200b", "\u00a0", "\u0662", "\u00b2"),
    ]
)
TEXTS = st.lists(WORDS | st.text(max_size=4), max_size=12).map("".join)


@settings(max_examples=150)
@given(TEXTS, TEXTS, TEXTS)
def test_whatever_stands_there_the_answer_is_whole_months_or_a_reason(label, url, heading):
    found = period_of(label, url, heading)
    assert found.reason
    if found.decision == "period":
        assert found.first_day.day == 1
        assert found.first_day < found.last_day
    else:
        assert found.first_day is found.last_day is None


def test_a_text_of_any_length_is_read_at_once():
    start = time.process_time()
    for text in ("over" + "_" * 200_000, "updated" + " -" * 100_000, "2019" + "-to" * 100_000):
        period_of(text, "https://x/" + text, text)
    assert time.process_time() - start < 1


@pytest.mark.skipif(not PAIRS.exists(), reason="../shared is not beside the project")
def test_real_links_get_the_period_that_was_recorded():
    with PAIRS.open(encoding="utf-8", newline="") as stream:
        recorded = [row["period_as_recorded_by_odileeds"] for row in csv.DictReader(stream)]
    with PAIRS.open(encoding="utf-8", newline="") as stream:
        verdicts = [
            judge(period_of(row["link_text"], row["url"]), month)
            for row, month in zip(csv.DictReader(stream), recorded, strict=True)
        ]
    assert verdicts.count("wrong") == 0
    assert verdicts.count("right") / len(verdicts) >= 0.995
