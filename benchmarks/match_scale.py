"""Speed of matching and locating at register scale, as ratios within one run.

Run as `python benchmarks/match_scale.py REGISTERS_FOLDER [--scale 0.1] [--payments 1000000]`, with
the folder that holds labelled_matches.csv and BasicCompanyData. At scale 1 there are 5.5M invented
companies, 0.44M previous names and 200k supplier names. The noise in them is what tells published
names from registered ones in the labels that are not hand-verified; the matcher's own list of
repairs is not looked at.

At scale 1 with 10M payments on 2 shared, very busy cores (2026-11-29): keys 135 s, counting words
once per register 127 s, matching 107 s: together 1.7 times the keys (bar 8); 1.8 GB (bar 3),
precision 0.996, recall 0.966; a re-run with 1% new names 0.19 of a full run (bar 0.25); locating
1.41 times the bare join (bar 2).
"""

import random
import resource
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import polars as pl

from pipeline.locate.suppliers import with_areas
from pipeline.match.nights import match_night
from pipeline.match.suppliers import match_suppliers
from pipeline.registers.common_words import write_common_words
from pipeline.registers.names import with_name_key
from pipeline.registers.postcodes import clean_postcode
from pipeline.registers.schema import ORGANISATION_NAMES, ORGANISATIONS, table_path, write_whole

COMPANIES, PREVIOUS, SUPPLIERS = 5_500_000, 440_000, 200_000
OUTSIDE = 0.15  # of the supplier names stand in no register, as in the published files


def differences(folder: Path) -> list[tuple[str, str]]:
    """How published names differ from registered ones: (what, how), one per labelled pair."""
    labels = pl.read_csv(folder / "labelled_matches.csv", infer_schema=False).filter(
        pl.col("trust") != "hand-verified"
    )
    found = []
    for published, registered in labels.select(
        "supplier_as_published", "register_name"
    ).iter_rows():
        if not published or not registered:
            continue
        ours, theirs = published.upper().split(), registered.upper().split()
        if ours == theirs:
            found.append(("same", ""))
        elif ours[:-1] == theirs[:-1]:
            found.append(("last word", ours[-1]))
        elif theirs[:-1] and ours[: len(theirs) - 1] == theirs[:-1]:
            found.append(("ending", " ".join(ours[len(theirs) - 1 :])))
        elif ours == theirs[: len(ours)]:
            found.append(("cut", str(len(theirs) - len(ours))))
        elif len(ours) == len(theirs):
            (changed, *more) = [n for n, word in enumerate(ours) if word != theirs[n]]
            if not more and len(ours[changed]) == len(theirs[changed]) - 1:
                found.append(("letter lost", ""))
            elif not more and len(ours[changed]) == len(theirs[changed]):
                found.append(("letter changed", ""))
            else:
                found.append(("small marks", ""))
    return found


def noisy(name: str, what: str, how: str, dice: random.Random) -> str:
    """A name as somebody might publish it."""
    words = name.split()
    if what in {"last word", "ending"}:
        return " ".join([*words[:-1], how])
    if what == "cut" and len(words) > int(how) + 1:
        return " ".join(words[: -int(how)])
    if what in {"letter lost", "letter changed"}:
        at = dice.randrange(len(words))
        word = words[at]
        spot = dice.randrange(len(word))
        letter = "" if what == "letter lost" else dice.choice("AEIORSTNL")
        words[at] = word[:spot] + letter + word[spot + 1 :]
        return " ".join(words)
    return name.replace("AND", "&") if what == "small marks" else name


def invented_names(folder: Path, count: int, dice: random.Random) -> list[str]:
    """Distinct company names from the words of real ones, in their places."""
    real = pl.read_csv(next(folder.glob("BasicCompanyData*")), infer_schema=False)["CompanyName"]
    split = [name.split() for name in real.drop_nulls().to_list()]
    firsts = [words[0] for words in split]
    seconds = [words[1] for words in split if len(words) > 2]
    rests = [" ".join(words[2:]) for words in split if len(words) > 3] + ["LIMITED"] * len(split)
    names: dict[str, None] = {}
    while len(names) < count:
        name = f"{dice.choice(firsts)} {dice.choice(seconds)} {dice.choice(rests)}"
        names[name if name.endswith(("LIMITED", "LTD", "PLC", "LLP")) else f"{name} LTD"] = None
    return list(names)


def write_registers(
    names: list[str], previous: list[str], registers_dir: Path
) -> tuple[float, float]:
    """Writes the tables of invented companies; returns the seconds of keys and of counted words."""
    numbers = pl.int_range(len(names), eager=True).cast(pl.String).str.zfill(8)
    companies = pl.DataFrame({"number": numbers, "name": names}).lazy()
    organisations = companies.with_columns(
        register=pl.lit("coh"), is_live=pl.lit(value=True), postcode=pl.lit("PR1 2HE")
    ).match_to_schema(ORGANISATIONS, missing_columns="insert")
    write_whole(organisations, table_path(registers_dir, "organisations"))
    old = pl.DataFrame({"number": numbers.head(len(previous)), "name": previous}).lazy()
    both = pl.concat(
        [
            companies.with_columns(name_kind=pl.lit("current")),
            old.with_columns(name_kind=pl.lit("previous")),
        ]
    )
    started = time.perf_counter()
    write_whole(
        with_name_key(both, "name")
        .with_columns(register=pl.lit("coh"))
        .select(ORGANISATION_NAMES.names()),
        table_path(registers_dir, "organisation_names"),
    )
    keyed = time.perf_counter()
    write_common_words(registers_dir)
    return keyed - started, time.perf_counter() - keyed


def suppliers_of(rows: list[tuple[str, str | None]]) -> pl.DataFrame:
    """Suppliers as the matcher takes them, with the number that is right (null: in no register)."""
    texts = ("supplier_postcode", "company_number", "charity_number", "vat_number", "publisher_id")
    return (
        pl.DataFrame(rows, schema={"supplier_name": pl.String, "truth": pl.String}, orient="row")
        .with_row_index("position")
        .with_columns(
            *(pl.lit(None, pl.String).alias(column) for column in texts),
            supplier_id=pl.col("position").cast(pl.String).str.zfill(16),
            is_redacted=pl.lit(value=False),
        )
    )


def bench_matching(folder: Path, scale: float) -> list[tuple[str, float]]:
    """Figures on matching: seconds of keys, of all names and of 1% new ones, precision, recall."""
    dice = random.Random(7)  # the same names in every run
    kinds = differences(folder)
    total = int(COMPANIES * scale)
    spare = int(SUPPLIERS * scale * OUTSIDE)
    previous_count = int(PREVIOUS * scale)
    invented = invented_names(folder, total + previous_count + spare, dice)
    names = invented[:total]
    previous = invented[total : total + previous_count]
    rows: list[tuple[str, str | None]] = []
    for _ in range(int(SUPPLIERS * scale) - spare):
        at = dice.randrange(total)
        what, how = dice.choice(kinds)
        is_old = at < previous_count and dice.random() < 0.5
        rows.append((noisy(previous[at] if is_old else names[at], what, how, dice), f"{at:08}"))
    rows += [(name, None) for name in invented[total + previous_count :]]
    suppliers = suppliers_of(rows)
    with tempfile.TemporaryDirectory() as folder_name:
        registers, kept = Path(folder_name) / "registers", Path(folder_name) / "kept"
        keys, common_words = write_registers(names, previous, registers)
        del names, previous, invented, rows
        started = time.perf_counter()
        match_suppliers(suppliers, registers)
        full = time.perf_counter() - started
        match_night(suppliers.head(int(suppliers.height * 0.99)), registers, kept)
        started = time.perf_counter()
        night = match_night(suppliers, registers, kept)
        rerun = time.perf_counter() - started
        found = suppliers.join(night.result.decisions, on="supplier_id")
    matched = found.filter(pl.col("decision") == "matched")
    right = matched.filter(pl.col("number") == pl.col("truth")).height
    return [
        ("key_building_seconds", keys),
        ("common_words_seconds", common_words),
        ("match_seconds", full),
        ("match_to_keys_ratio", (common_words + full) / keys),
        ("rerun_1_percent_new_seconds", rerun),
        ("rerun_to_full_ratio", rerun / full),
        ("generated_precision", right / matched.height),
        ("generated_recall", right / found["truth"].drop_nulls().len()),
        ("peak_gb", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20),
    ]


def bench_locating(payments: int) -> list[tuple[str, float]]:
    """Figures on locating payments against 2.7M postcodes, against a bare join in DuckDB.

    As in a night's run each postcode is cleaned and looked up once, then joined to its payments.
    """
    with tempfile.TemporaryDirectory() as folder_name, duckdb.connect() as sql:
        folder = Path(folder_name)
        # Postcodes of every outward and inward shape, each in a made-up district.
        outwards = pl.DataFrame(
            {
                "outward": [
                    f"{a}{b}{n}" for a in "ABCDELMNPST" for b in "ABEHLRT" for n in range(1, 36)
                ]
            }
        )
        inwards = pl.DataFrame(
            {
                "inward": [
                    f"{n}{a}{b}" for n in range(10) for a in "ABDEFGHJLN" for b in "ABDEFGHJLN"
                ]
            }
        )
        directory = outwards.join(inwards, how="cross").select(
            postcode=pl.concat_str("outward", pl.lit(" "), "inward"),
            lad_code=pl.concat_str(
                pl.lit("E0600"), pl.col("outward").rank("dense").cast(pl.String)
            ),
        )
        path = table_path(folder, "postcodes")
        directory.with_columns(
            *(pl.lit(52.0).alias(name) for name in ("lat", "long")),
            *(
                pl.lit("E05").alias(f"{name}_code")
                for name in ("county", "ward", "lsoa", "region", "country")
            ),
            *(pl.lit(None, pl.Date).alias(name) for name in ("introduced", "terminated")),
        ).write_parquet(path)
        paid = folder / "paid.parquet"
        directory.sample(SUPPLIERS, seed=2).sample(payments, with_replacement=True, seed=1).select(
            "postcode"
        ).write_parquet(paid)
        started = time.perf_counter()
        sql.execute(
            f"create table located as select p.postcode, d.lad_code, d.ward_code"
            f" from read_parquet('{paid}') p left join read_parquet('{path}') d using (postcode)"
        )
        bare = time.perf_counter() - started
        started = time.perf_counter()
        asked = pl.scan_parquet(paid).unique().collect(engine="streaming")
        with_areas(
            asked.select(asked="postcode", postcode=clean_postcode(pl.col("postcode"))), folder
        ).write_parquet(folder / "places.parquet")
        sql.execute(
            f"copy (select p.postcode, q.lad_code, q.ward_code from read_parquet('{paid}') p"
            f" left join read_parquet('{folder / 'places.parquet'}') q on q.asked = p.postcode)"
            f" to '{folder / 'out.parquet'}' (format parquet)"
        )
        ours = time.perf_counter() - started
    return [
        ("locate_bare_join_seconds", bare),
        ("locate_seconds", ours),
        ("locate_to_bare_join_ratio", ours / bare),
    ]


def option(name: str, default: float) -> float:
    """The number behind an option of the command line."""
    return float(sys.argv[sys.argv.index(name) + 1]) if name in sys.argv else default


def main() -> None:
    """Prints the figures."""
    scale = option("--scale", 0.1)
    payments = int(option("--payments", 1_000_000))
    print(f"scale {scale}, {payments} payments")
    for name, value in bench_matching(Path(sys.argv[1]), scale) + bench_locating(payments):
        print(f"{name:32} {value:10.3f}")


if __name__ == "__main__":
    main()
