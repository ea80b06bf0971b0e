"""The ledger of truth: who was paid, where, for what, when and how much, before it is published."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
import yaml

from pipeline.demo.generator.chance import below, draws
from pipeline.demo.generator.organisations import Organisation, lad_codes, ward_codes
from pipeline.demo.generator.publishers import FIRST_YEAR, Publisher, read_publishers

HERE = Path(__file__).parent
# Faults of lines; the clean world has none of them.
LINE_FAULTS = frozenset({"redacted", "undated", "vague", "unregistered"})
PEOPLE_ARE_WITHHELD = ("REDACTED PERSONAL DATA", "Redacted", "REDACTED UNDER DP ACT")
THIRD_PARTY = "THIRD PARTY SUPPLIER"
LEDGER = pl.Schema(
    {
        "publisher_id": pl.String,
        "file_kind": pl.String,
        "line_number": pl.Int64,
        "financial_year": pl.String,
        "true_date": pl.Date,
        "organisation": pl.Int64,
        "payee_name": pl.String,
        "register": pl.String,
        "number": pl.String,
        "lad_code": pl.String,
        "lad_code_when_paid": pl.String,
        "lad_code_trading": pl.String,
        "ward_code": pl.String,
        "line": pl.String,
        "nature": pl.String,
        "amount_pence": pl.Int64,
        "amount_basis": pl.String,
        "is_anchor_owned": pl.Boolean,
        "is_intermediary": pl.Boolean,
        "printed_name": pl.String,
        "printed_how": pl.String,
        "printed_category": pl.String,
        "printed_description": pl.String,
        "is_redacted": pl.Boolean,
        "is_undated": pl.Boolean,
        "is_year_printed": pl.Boolean,
        "is_card": pl.Boolean,
        "is_capital": pl.Boolean,
    }
)


@dataclass(frozen=True)
class Line:
    """Something that is paid for again and again."""

    id: str
    nature: str
    pool: str
    categories: tuple[str, ...]
    descriptions: tuple[str, ...]
    pounds: tuple[int, int]
    paid_by: dict[str, int]
    is_capital: bool
    is_vague: bool


def read_lines(faults: Collection[str]) -> list[Line]:
    """The lines of lines.yml; those that say nothing of what they are for are a fault."""
    entries = yaml.safe_load((HERE / "lines.yml").read_text(encoding="utf-8"))
    lines = [
        Line(
            identifier,
            one["nature"],
            one["pool"],
            tuple(one["categories"]),
            tuple(one["descriptions"]),
            (one["pounds"][0], one["pounds"][1]),
            one["paid_by"],
            one.get("capital", False),
            one.get("is_vague", False),
        )
        for identifier, one in entries.items()
    ]
    return [line for line in lines if "vague" in faults or not line.is_vague]


class Payees:
    """The organisations as columns, and who of them is drawn for which line of a publisher."""

    def __init__(self, organisations: Sequence[Organisation]) -> None:
        self._organisations = organisations
        lads, lads_before, lads_trading = lad_codes(list(organisations))
        self.frame = pl.DataFrame(
            {
                "organisation": [one.key for one in organisations],
                "payee_name": [one.name for one in organisations],
                "register": [one.register for one in organisations],
                "number": [one.number for one in organisations],
                "company_number": [one.company_number for one in organisations],
                "kind": [one.kind for one in organisations],
                "vat_number": [one.vat_number for one in organisations],
                "postcode": [one.postcode for one in organisations],
                "postcode_before": [one.earlier_postcode or one.postcode for one in organisations],
                "lad_code": lads,
                "lad_code_before": lads_before,
                "lad_code_trading": lads_trading,
                "ward_code": ward_codes(list(organisations)),
                "moved_on": pl.Series([one.moved_on for one in organisations], dtype=pl.Date),
                "is_anchor_owned": [one.owner is not None for one in organisations],
                "is_intermediary": [one.is_intermediary for one in organisations],
            },
            schema_overrides={
                "register": pl.String,
                "number": pl.String,
                "company_number": pl.String,
                "vat_number": pl.String,
            },
        )
        self.spellings = pl.Series([name for one in organisations for name, _ in one.spellings])
        self.spelling_how = pl.Series([how for one in organisations for _, how in one.spellings])
        self.spelling_count = pl.Series(
            [len(one.spellings) for one in organisations], dtype=pl.Int64
        )

    def deck(self, line: Line, publisher: Publisher) -> list[int]:
        """Keys of those who can be paid, repeated by how often; near ones oftener."""
        near = set(publisher.serves)
        return [
            one.key
            for one, lad_code in zip(self._organisations, self.frame["lad_code"], strict=True)
            if one.pool == line.pool and one.owner in (None, publisher.id)
            for _ in range(1 + one.key % 4 + (3 if lad_code in near else 0))
        ]


def payments_of(
    publisher: Publisher,
    year: int,
    count: int,
    payees: Payees,
    lines: Sequence[Line],
    faults: Collection[str],
    seed: str,
) -> pl.DataFrame:
    """What one publisher truly paid in the financial year that begins in `year`."""

    def drawn(what: str) -> pl.Series:
        return draws(count, seed, publisher.id, year, what)

    decks = [(line, payees.deck(line, publisher)) for line in lines]
    decks = [(line, deck) for line, deck in decks if deck and _weight(line, publisher)]
    number = pl.Series(
        [i for i, (line, _) in enumerate(decks) for _ in range(_weight(line, publisher))]
    )
    chosen = number.gather(below(drawn("line"), len(number)))
    sizes = pl.Series([len(deck) for _, deck in decks], dtype=pl.Int64)
    cards = pl.Series([key for _, deck in decks for key in deck])
    organisation = cards.gather(_place_within(drawn("payee"), sizes, chosen))
    spelling = _place_within(drawn("spelling"), payees.spelling_count, organisation)
    first_day = date(year, 4, 1)
    days = (date(year + 1, 4, 1) - first_day).days
    frame = pl.DataFrame(
        {
            "chosen": chosen,
            "organisation": organisation,
            "printed_name": payees.spellings.gather(spelling),
            "printed_how": payees.spelling_how.gather(spelling),
            "printed_category": _texts(chosen, drawn("category"), [x.categories for x, _ in decks]),
            "printed_description": _texts(
                chosen, drawn("description"), [x.descriptions for x, _ in decks]
            ),
            "day": below(drawn("day"), days),
            "size": drawn("size") % 1_000_003,
            "fate": drawn("fate") % 1000,
        }
    ).with_columns(true_date=pl.lit(first_day) + pl.duration(days="day"))
    if publisher.kind == "police_and_crime":
        # Lancashire's commissioner prints no transaction number, so identical rows are payments.
        frame = pl.concat([frame, frame.filter(pl.col("fate").is_between(40, 54))])
    return _told(
        frame.join(
            _what([line for line, _ in decks], publisher),
            on="chosen",
            how="left",
            maintain_order="left",
        ).join(payees.frame, on="organisation", how="left", maintain_order="left"),
        publisher,
        year,
        faults,
    )


def _what(lines: Sequence[Line], publisher: Publisher) -> pl.DataFrame:
    """What is known of each line by its place: its nature, and pence from least to most."""
    threshold = publisher.threshold or 0
    return pl.DataFrame(
        {
            "chosen": range(len(lines)),
            "line": [line.id for line in lines],
            "nature": [line.nature for line in lines],
            "least": [max(line.pounds[0], threshold) * 100 for line in lines],
            "most": [max(line.pounds[1], 4 * threshold) * 100 for line in lines],
            "is_capital": [line.is_capital for line in lines],
            "is_personal": [line.pool == "people" for line in lines],
        }
    )


def _told(
    payments: pl.DataFrame, publisher: Publisher, year: int, faults: Collection[str]
) -> pl.DataFrame:
    """Amounts, places at the time, and what is withheld of each payment."""
    return payments.with_columns(
        *_fates(publisher, faults),
        publisher_id=pl.lit(publisher.id),
        line_number=pl.int_range(1, pl.len() + 1, dtype=pl.Int64),
        financial_year=pl.lit(f"{year}/{(year + 1) % 100:02}"),
        amount_pence=_pence(),
        amount_basis=pl.lit(publisher.basis),
        lad_code_when_paid=pl.when(pl.col("true_date") < pl.col("moved_on"))
        .then("lad_code_before")
        .otherwise("lad_code"),
    ).with_columns(
        printed_name=_printed_name(publisher),
        printed_postcode=pl.when(~pl.col("is_redacted")).then(_postcode_when_paid()),
        vat_number=pl.when(~pl.col("is_redacted")).then("vat_number"),
    )


def in_ledger(payments: pl.DataFrame) -> pl.DataFrame:
    """The columns that the ledger of truth keeps."""
    return payments.select(LEDGER.names()).cast(LEDGER)


def payments_in(publisher: Publisher, year: int, payments: int) -> int:
    """How many of about so many payments of the whole world a publisher makes in one year."""
    shares = sum(one.share * _volume(year) for one in read_publishers() for year in one.years)
    return max(12, payments * publisher.share * _volume(year) // shares)


def _volume(year: int) -> int:
    """Each year holds a little more than the one before."""
    return 90 + 5 * (year - FIRST_YEAR)


def _weight(line: Line, publisher: Publisher) -> int:
    return sum(line.paid_by.get(sort, 0) for sort in publisher.pays)


def _texts(chosen: pl.Series, drawn: pl.Series, texts: list[tuple[str, ...]]) -> pl.Series:
    counts = pl.Series([len(some) for some in texts], dtype=pl.Int64)
    all_texts = pl.Series([text for some in texts for text in some])
    return all_texts.gather(_place_within(drawn, counts, chosen))


def _place_within(drawn: pl.Series, counts: pl.Series, chosen: pl.Series) -> pl.Series:
    """Where the drawn one of the chosen part is, of parts of so many that lie one after another."""
    within = (drawn % counts.gather(chosen).cast(pl.UInt64)).cast(pl.Int64)
    return (counts.cum_sum() - counts).gather(chosen) + within


def _pence() -> pl.Expr:
    """From least to most, small ones likelier; one in fifty gives a part of it back."""
    u = pl.col("size").cast(pl.Float64) / 1_000_003
    pence = (pl.col("least") * (pl.col("most") / pl.col("least")).pow(u * u)).round().cast(pl.Int64)
    return pl.when(pl.col("fate") >= 980).then(-(pence // 10)).otherwise(pence)


def _fates(publisher: Publisher, faults: Collection[str]) -> list[pl.Expr]:
    fate = pl.col("fate")
    withheld = pl.lit(False)
    if "redacted" in faults:
        # Most bodies withhold the names of people; some forget it now and then.
        withheld = (pl.col("is_personal") & (fate % 10 < 7)) | fate.is_between(0, 7)
    undated = pl.lit(False)
    if "undated" in faults and publisher.site in ("annual_sheets", "calendar_years"):
        undated = fate.is_between(20, 34)
    return [
        withheld.alias("is_redacted"),
        undated.alias("is_undated"),
        (fate.is_between(100, 119) & pl.lit(publisher.site == "report_export")).alias("is_card"),
    ]


def _postcode_when_paid() -> pl.Expr:
    return (
        pl.when(pl.col("true_date") < pl.col("moved_on"))
        .then("postcode_before")
        .otherwise("postcode")
    )


def _printed_name(publisher: Publisher) -> pl.Expr:
    words = (THIRD_PARTY,) if publisher.kind == "police_and_crime" else PEOPLE_ARE_WITHHELD
    withheld = pl.lit(words[len(publisher.id) % len(words)])
    return pl.when("is_redacted").then(withheld).otherwise("printed_name")
