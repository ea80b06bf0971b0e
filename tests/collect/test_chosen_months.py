"""Nothing counts twice and nothing is lost, however the same payments are published."""

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.collect.chosen_months import SELECTED_FILES, Selection, select_months

START = datetime(2026, 1, 1, tzinfo=UTC)
PAYMENTS = {
    "file_sha256": pl.String,
    "payment_date": pl.Date,
    "payment_month": pl.Date,
    "supplier_name": pl.String,
    "amount_gbp": pl.Decimal(18, 4),
}

Row = tuple[date | None, date | None, str, int]


@dataclass(frozen=True)
class File:
    name: str
    rows: tuple[Row, ...]
    first: date | None = None
    last: date | None = None
    hours: int = 0
    publication: str = ""
    kind: str = "spend"
    status: str = "payments"
    publisher: str = "ashford"


def may(day: int, name: str = "Acme", pounds: int = 1) -> Row:
    return (date(2024, 5, day), date(2024, 5, 1), name, pounds)


def month_of(number: int, count: int, start: int = 0, name: str = "Firm") -> tuple[Row, ...]:
    """Different payments of one month of 2024, counted from `start`."""
    first = date(2024, number, 1)
    return tuple(
        (first + timedelta(days=n % 28), first, f"{name} {n}", n)
        for n in range(start, start + count)
    )


def digest(file: File) -> str:
    return hashlib.sha256(file.name.encode()).hexdigest()


def chosen(*files: File, accepted=()) -> Selection:
    frame = pl.DataFrame(
        [
            {
                "publisher_id": file.publisher,
                "publication_id": file.publication or file.name,
                "label": file.name,
                "kind": file.kind,
                "first_day": file.first,
                "last_day": file.last,
                "sha256": digest(file),
                "fetched_at": START + timedelta(hours=file.hours),
                "status": file.status,
            }
            for file in files
        ],
        schema_overrides={"first_day": pl.Date, "last_day": pl.Date},
    )
    rows = [(digest(file), *row) for file in files for row in file.rows]
    payments = pl.DataFrame(rows, schema=PAYMENTS, orient="row")
    return select_months(frame, payments.lazy(), [digest(file) for file in accepted])


def counted(selection: Selection, *files: File) -> Counter[Row]:
    """The payments that count."""
    speaking = set(
        selection.months.filter("is_selected").select("file_sha256", "payment_month").iter_rows()
    )
    return Counter(
        row for file in set(files) for row in file.rows if (digest(file), row[1]) in speaking
    )


def months(selection: Selection) -> dict[tuple[str, str], tuple[bool, str]]:
    names = dict(selection.files.select("sha256", "label").iter_rows())
    return {
        (names[row["file_sha256"]], str(row["payment_month"])[:7]): (
            row["is_selected"],
            row["reason"],
        )
        for row in selection.months.iter_rows(named=True)
    }


def speaking(selection: Selection) -> set[tuple[str, str]]:
    return {key for key, (is_selected, _) in months(selection).items() if is_selected}


MAY = month_of(5, 30)
MAY_DAYS = {"first": date(2024, 5, 1), "last": date(2024, 5, 31)}
QUARTER = {"first": date(2024, 4, 1), "last": date(2024, 6, 30)}


def test_of_two_formats_the_first_fetched_speaks():
    csv = File("csv", MAY, **MAY_DAYS, hours=1)
    excel = File("excel", MAY[::-1], **MAY_DAYS, hours=2)
    selection = chosen(excel, csv)
    assert months(selection) == {
        ("csv", "2024-05"): (True, "its stated period is exactly this month"),
        ("excel", "2024-05"): (False, "same payments as 'csv'"),
    }
    assert selection.files["is_selected"].to_list() == [False, True]


def test_a_quarter_beside_its_months_counts_where_a_month_is_missing():
    april, june = month_of(4, 20), month_of(6, 25)
    quarter = File("Q1", april + MAY + june, **QUARTER)
    alone = File("May", MAY, **MAY_DAYS)
    selection = chosen(quarter, alone)
    assert speaking(selection) == {("Q1", "2024-04"), ("Q1", "2024-06"), ("May", "2024-05")}
    told = months(selection)["Q1", "2024-05"][1]
    assert (
        told == "30 of its 30 payments are in 'May', whose stated period is exactly this month"
        or (told == "same payments as 'May'")
    )
    assert selection.files["selection_reason"][0].startswith("speaks for 2 of its 3 months")


def test_a_year_that_grows_speaks_once_by_its_newest_file():
    april = File("to April", month_of(4, 20), date(2024, 4, 1), date(2024, 4, 30), hours=1)
    to_may = File("to May", month_of(4, 20) + MAY, date(2024, 4, 1), date(2024, 5, 31), hours=2)
    to_june = File("to June", (*to_may.rows, *month_of(6, 9)), **QUARTER, hours=3)
    files = (april, to_may, to_june)
    assert counted(chosen(*files), *files) == Counter(to_june.rows)


def test_payments_that_only_the_fuller_file_holds_are_not_lost():
    late = (may(31, "Late invoice", 77),)
    quarter = File("Q1", MAY + late, **QUARTER)
    alone = File("May", MAY, **MAY_DAYS)
    selection = chosen(quarter, alone)
    assert counted(selection, quarter, alone) == Counter(MAY + late)
    assert months(selection)["Q1", "2024-05"] == (True, "holds the payments of 'May' and more")
    assert months(selection)["May", "2024-05"] == (False, "its payments and more are in 'Q1'")


def test_a_file_that_holds_everything_twice_is_no_fuller_file():
    twice = File("Q1", MAY + MAY, **QUARTER)
    alone = File("May", MAY, **MAY_DAYS)
    assert counted(chosen(twice, alone), twice, alone) == Counter(MAY)


def test_payments_dated_in_the_month_before_are_not_lost():
    strays = tuple(may(31, f"Stray {n}", n) for n in range(5))
    june = File("June", month_of(6, 40) + strays, date(2024, 6, 1), date(2024, 6, 30))
    alone = File("May", MAY, **MAY_DAYS)
    selection = chosen(june, alone)
    assert counted(selection, june, alone) == Counter(june.rows + MAY)
    assert months(selection)["June", "2024-05"][1] == "outside its stated period, but not in 'May'"


def test_two_departments_of_one_month_both_count():
    schools = File("Schools May", month_of(5, 30, name="School"), **MAY_DAYS)
    council = File("Council May", MAY, **MAY_DAYS)
    selection = chosen(schools, council)
    assert len(speaking(selection)) == 2
    assert any("other payments of this month" in reason for _, reason in months(selection).values())


def test_an_edited_upload_under_another_address_replaces_the_earlier_one():
    edited = (*MAY[:-2], may(3, "Corrected", 5), may(4, "Corrected", 6))
    first, second = (
        File("May", MAY, **MAY_DAYS, hours=1),
        File("May_0", edited, **MAY_DAYS, hours=2),
    )
    selection = chosen(first, second)
    assert speaking(selection) == {("May_0", "2024-05")}
    assert months(selection)["May", "2024-05"][1] == (
        "28 of its 30 payments are in 'May_0', which was fetched later"
    )


def test_a_wrong_file_behind_a_label_adds_nothing():
    # Darlington: "July 2013 CSV" leads to the file of June.
    wrong = File("April", MAY, date(2024, 4, 1), date(2024, 4, 30))
    right = File("May", (*MAY, may(9, "More", 9)), **MAY_DAYS)
    assert counted(chosen(wrong, right), wrong, right) == Counter(right.rows)


def test_cards_beside_the_spending_count_unless_they_are_in_it():
    cards = File("cards", month_of(5, 20, name="Card"), **MAY_DAYS, kind="purchase_card")
    spend = File("spend", MAY, **MAY_DAYS)
    assert len(speaking(chosen(cards, spend))) == 2
    within = File("spend with cards", MAY + cards.rows, **MAY_DAYS)
    assert speaking(chosen(cards, within)) == {("spend with cards", "2024-05")}


def test_a_month_without_days_is_compared_without_days():
    dayless = tuple((None, month, name, pounds) for _, month, name, pounds in MAY)
    days, none = File("days", MAY, **MAY_DAYS), File("no days", dayless, **MAY_DAYS, hours=1)
    assert len(speaking(chosen(days, none))) == 1


def test_undated_payments_count_once():
    undated = tuple((None, None, name, pounds) for _, _, name, pounds in MAY)
    dated, other = File("dated", MAY, **MAY_DAYS), File("undated", undated, **MAY_DAYS)
    assert speaking(chosen(dated, other)) == {("dated", "2024-05")}
    twin = File("undated twin", undated, **MAY_DAYS, hours=1)
    assert len(speaking(chosen(other, twin))) == 1
    june = File("June undated", undated, date(2024, 6, 1), date(2024, 6, 30))
    assert speaking(chosen(june, File("May undated", undated, **MAY_DAYS))) == {
        ("June undated", "None"),
        ("May undated", "None"),
    }


def test_undated_payments_are_not_held_against_months_far_from_their_file():
    undated = tuple((None, None, name, pounds) for _, _, name, pounds in MAY)
    august = File("August", undated, date(2024, 8, 1), date(2024, 8, 31))
    assert len(speaking(chosen(august, File("May", MAY, **MAY_DAYS)))) == 2


def test_a_file_that_states_the_month_is_preferred_to_one_of_a_narrower_other_period():
    quarter = File("Q1", (*MAY, may(1, "a", 1), may(1, "b", 2)), **QUARTER)
    other = File("July", (*MAY, may(2, "c", 3)), date(2024, 7, 1), date(2024, 7, 31), hours=9)
    assert speaking(chosen(quarter, other)) == {("Q1", "2024-05")}


def test_cards_that_are_partly_in_the_spending_count():
    cards = File("cards", MAY[:10] + month_of(5, 20, 50, "Card"), **MAY_DAYS, kind="purchase_card")
    assert len(speaking(chosen(cards, File("spend", MAY, **MAY_DAYS)))) == 2


def test_a_payment_that_stands_twice_in_one_file_makes_no_twin():
    once, twice = File("once", MAY, **MAY_DAYS), File("twice", (*MAY, MAY[0]), **MAY_DAYS, hours=1)
    selection = chosen(once, twice)
    assert counted(selection, once, twice) == Counter(twice.rows)
    assert months(selection)["once", "2024-05"][1] == (
        "30 of its 30 payments are in 'twice', which was fetched later"
    )


def test_two_publishers_do_not_silence_each_other():
    one, other = File("one", MAY, **MAY_DAYS), File("other", MAY, **MAY_DAYS, publisher="b")
    assert len(speaking(chosen(one, other))) == 2


def test_the_same_bytes_behind_two_links_are_one_file():
    one = File("May", MAY, **MAY_DAYS, publication="a")
    again = File("May", MAY, **MAY_DAYS, publication="b", kind="purchase_card", hours=1)
    selection = chosen(one, again)
    assert selection.months.height == 1
    assert selection.files["is_selected"].to_list() == [True, False]
    assert selection.files["selection_reason"][1] == "the same bytes as another link"


def test_unreadable_and_empty_files_say_so():
    selection = chosen(File("pdf", (), status="refused"), File("empty", ()), File("May", MAY))
    assert selection.files["selection_reason"].to_list() == [
        "cannot be read as payments",
        "holds no payments",
        "the only file with payments of this month",
    ]


def test_no_files_are_an_empty_table():
    files = chosen(File("May", MAY)).files.drop("is_selected", "selection_reason", "is_held_back")
    selection = select_months(files.clear(), pl.LazyFrame(schema=PAYMENTS))
    assert selection.months.schema == SELECTED_FILES
    assert selection.files.is_empty()


# --- versions of one publication ---------------------------------------------------------------


def version(name: str, rows: tuple[Row, ...], hours: int, **days: date) -> File:
    return File(name, rows, **(days or MAY_DAYS), hours=hours, publication="one")


def test_the_newest_version_speaks():
    old, new = version("old", MAY, 1), version("new", MAY[3:], 2)
    selection = chosen(old, new)
    assert speaking(selection) == {("new", "2024-05")}
    assert months(selection)["old", "2024-05"] == (False, "replaced by a newer version")


def test_a_version_that_shrinks_is_held_back_until_somebody_accepts_it():
    old, new = version("old", MAY, 1), version("new", MAY[:14], 2)
    selection = chosen(old, new)
    assert speaking(selection) == {("old", "2024-05")}
    assert selection.files["is_held_back"].to_list() == [False, True]
    assert selection.files["selection_reason"][1] == (
        "held back: 14 payments where the version before has 30"
    )
    assert speaking(chosen(old, new, accepted=[new])) == {("new", "2024-05")}
    assert speaking(chosen(old, version("half", MAY[:15], 2))) == {("half", "2024-05")}


def test_a_version_whose_dates_leave_its_period_is_held_back():
    # Devon's 202501 held 238 lines of April for six minutes.
    old, new = version("old", MAY, 1), version("new", month_of(8, 40), 2)
    selection = chosen(old, new)
    assert speaking(selection) == {("old", "2024-05")}
    assert "100% of its payments are dated outside" in selection.files["selection_reason"][1]


def test_a_version_after_a_held_back_one_is_judged_by_the_last_sound_one():
    old, cut, back = version("old", MAY, 1), version("cut", MAY[:3], 2), version("back", MAY[1:], 3)
    assert speaking(chosen(old, cut, back)) == {("back", "2024-05")}


def test_strays_that_a_newer_version_has_dropped_are_not_kept():
    old, new = version("old", month_of(4, 3) + MAY, 1), version("new", MAY, 2)
    assert speaking(chosen(old, new)) == {("new", "2024-05")}


def rolling(name: str, rows: tuple[Row, ...], hours: int) -> File:
    return File(name, rows, hours=hours, publication="rolling")


def test_months_that_a_rolling_file_has_dropped_are_kept():
    first = rolling("first", month_of(3, 30) + month_of(4, 30), 1)
    second = rolling("second", month_of(4, 31) + MAY, 2)
    third = rolling("third", MAY + month_of(6, 30), 3)
    selection = chosen(first, second, third)
    assert speaking(selection) == {
        ("first", "2024-03"),
        ("second", "2024-04"),
        ("third", "2024-05"),
        ("third", "2024-06"),
    }


def test_an_older_version_is_not_heard_of_a_month_that_any_newer_one_reaches():
    first = rolling("first", month_of(2, 30) + month_of(3, 30), 1)
    second = rolling("second", month_of(5, 30), 2)
    third = rolling("third", month_of(1, 30) + month_of(5, 31), 3)
    assert speaking(chosen(first, second, third)) == {("third", "2024-01"), ("third", "2024-05")}


def test_a_file_of_the_year_to_date_may_begin_anew():
    old = rolling("old", month_of(1, 90) + month_of(2, 90) + month_of(3, 90), 1)
    selection = chosen(old, rolling("new", month_of(4, 5), 2))
    assert not selection.files["is_held_back"].any()
    assert len(speaking(selection)) == 4


def test_a_month_taken_out_of_a_file_is_not_kept():
    old = rolling("old", month_of(3, 30) + month_of(4, 30) + MAY, 1)
    new = rolling("new", month_of(3, 30) + MAY, 2)
    assert speaking(chosen(old, new)) == {("new", "2024-03"), ("new", "2024-05")}


def test_files_of_two_months_at_one_address_both_speak():
    first = version("May", MAY, 1)
    second = version("June", month_of(6, 9), 2, first=date(2024, 6, 1), last=date(2024, 6, 30))
    selection = chosen(first, second)
    assert speaking(selection) == {("May", "2024-05"), ("June", "2024-06")}
    assert not selection.files["is_held_back"].any()


# --- generated overlaps ------------------------------------------------------------------------


@st.composite
def worlds(draw) -> tuple[list[File], Counter[Row]]:
    """A year of payments by batch (some dated a month late), listed in overlapping files."""
    numbers = range(1, draw(st.integers(2, 6)) + 1)
    batches: dict[int, tuple[Row, ...]] = {}
    for number in numbers:
        rows = list(month_of(number, draw(st.integers(10, 25)), 1000 * number))
        if draw(st.booleans()):
            rows.append(rows[0])  # identical payments are real
        if number > 1:
            strays = month_of(number - 1, draw(st.integers(0, 4)), 100_000 * number, "Stray")
            rows += strays
        batches[number] = tuple(rows)
    files: list[File] = []

    def add(name: str, first: int, last: int, *, states: bool) -> None:
        rows = [row for number in range(first, last + 1) for row in batches[number]]
        draw(st.randoms(use_true_random=False)).shuffle(rows)
        end = date(2024, last + 1, 1) - timedelta(days=1)
        files.append(
            File(
                f"{name} {len(files)}",
                tuple(rows),
                date(2024, first, 1) if states else None,
                end if states else None,
                draw(st.integers(0, 50)),
            )
        )

    covered = set()
    for _ in range(draw(st.integers(1, 6))):
        first = draw(st.sampled_from(numbers))
        last = draw(st.integers(first, numbers[-1]))
        covered |= set(range(first, last + 1))
        add("span", first, last, states=draw(st.integers(0, 3)) > 0)
    for number in numbers:
        if number not in covered or draw(st.booleans()):
            add("month", number, number, states=True)
    truth = Counter(row for rows in batches.values() for row in rows)
    return draw(st.permutations(files)), truth


@settings(max_examples=150)
@given(worlds())
def test_every_payment_counts_exactly_once(world):
    files, truth = world
    assert counted(chosen(*files), *files) == truth


@settings(max_examples=40)
@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_the_files_does_not_matter(world, random):
    files, _ = world
    shuffled = list(files)
    random.shuffle(shuffled)
    one, other = counted(chosen(*files), *files), counted(chosen(*shuffled), *files)
    assert one == other


@pytest.mark.parametrize("pounds", [Decimal("1.0000"), Decimal("-1.5000")])
def test_the_table_adds_up(pounds):
    file = File("May", (may(1, pounds=pounds), may(2, pounds=pounds)))
    row = chosen(file).months.row(0, named=True)
    assert (row["rows"], row["total_gbp"]) == (2, 2 * pounds)
