"""Precision and recall of the matcher on labelled supplier names, with 95% Wilson intervals.

Run as `python benchmarks/match.py REGISTERS_FOLDER`, the folder with labelled_matches.csv,
labelled_negatives.csv and the registers that the labels were made on. The labels are split by the
parity of sha256 of the register number: "tuned" is the half that rules may be tuned on, "held" the
half that they may not. A register that holds few organisations flatters precision.
The held half is a validation set, no clean test: it was seen in an earlier round, and its totals
were looked at while a tie-break was chosen. The rules added since were written from the misses of
the tuned half alone, or of names altered by hand as ledgers alter them. Two were dropped since the
held half lost by them: to leave out small words (of, for, in) beside another difference gained no
label and gave 2 wrong, to take YMCA for YOUNG MEN'S CHRISTIAN ASSOCIATION lost 3 labels.
`--out FILE` puts the figures into a csv of
MATCH_FIGURES, such as the one that marts.match_quality is made of.

Libraries, on the tuned half, auditor's codes 1-4, names cleaned as here (2026-11-29): rapidfuzz
3.14.6 `process.extract` by `fuzz.ratio`, best name if it is one organisation's, found companies at
P 0.996, R 0.914 and charities at P 1.000, R 0.906 with a cutoff of 88, and R 0.895 and 0.893 with
92, where this matcher has P 1.000, R 0.985 and P 1.000, R 0.980. rigour was not measured, for it
needs PyICU, which has no wheel here; splink was not measured on these labels.
"""

import hashlib
import math
import re
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from pipeline.match.suppliers import match_suppliers
from pipeline.registers.loading import load_register_files
from pipeline.registers.published import RegisterFiles, find_register_files

NAMES_OF = {"coh": "companies", "chc": "charities"}
HALVES = {"tuned": "tuned half", "held": "held-back half", "both": "both halves"}
AUDITOR = {"coh": r"CH: ?(\d+) ", "chc": r"CC: ?(\d+) "}
PERFECT = {1, 2, 3, 4}


MATCH_FIGURES = pl.Schema(
    {
        "measured_on": pl.String,
        "population": pl.String,
        "metric": pl.String,
        "value": pl.Float64,
        "low": pl.Float64,
        "high": pl.Float64,
        "n": pl.Int64,
        "method": pl.String,
        "command": pl.String,
    }
)


def bounds(hits: int, trials: int) -> tuple[float, float, float]:
    """A share with the ends of its 95% Wilson interval."""
    share, z2 = hits / trials, 1.96**2
    middle = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = 1.96 * math.sqrt(share * (1 - share) / trials + z2 / (4 * trials**2)) / (1 + z2 / trials)
    return share, middle - half, middle + half


@dataclass
class Figures:
    """The figures so far, as rows of marts.match_quality."""

    population: str
    method: str
    command: str
    rows: list[dict[str, object]] = field(default_factory=list)

    def add(self, metric: str, hits: int, trials: int, *of: str) -> str:
        """Notes a share of a part of the population; returns it as text."""
        if trials:
            value, low, high = (round(figure, 4) for figure in bounds(hits, trials))
            self.rows.append(
                {
                    "measured_on": datetime.now(UTC).date().isoformat(),
                    "population": ", ".join([self.population, *of]),
                    "metric": metric,
                    "value": value,
                    "low": low,
                    "high": high,
                    "n": trials,
                    "method": self.method,
                    "command": self.command,
                }
            )
        return wilson(hits, trials)


def write_figures(figures: Figures, target: Path) -> None:
    """Puts figures into a csv of MATCH_FIGURES, in place of what the same command put there."""
    rows = pl.DataFrame(figures.rows, schema=MATCH_FIGURES)
    if target.is_file():
        kept = pl.read_csv(target, schema=MATCH_FIGURES).filter(
            pl.col("command") != figures.command
        )
        rows = pl.concat([kept, rows])
    rows.sort("command", "population", "metric").write_csv(target)


def wilson(hits: int, trials: int) -> str:
    """A share with its 95% Wilson interval, as text."""
    if not trials:
        return "-"
    share, low, high = bounds(hits, trials)
    return f"{share:.3f} [{low:.3f}, {high:.3f}] ({hits}/{trials})"


def half_of(number: str) -> str:
    """The half of the labels that a register number falls in."""
    return "held" if hashlib.sha256(number.encode()).digest()[-1] % 2 else "tuned"


def as_suppliers(names: pl.Series) -> pl.DataFrame:
    """Names as the matcher takes them, each once, its own id."""
    return (
        names.drop_nulls()
        .unique(maintain_order=True)
        .to_frame("supplier_name")
        .select(
            pl.col("supplier_name").alias("supplier_id"),
            "supplier_name",
            *(
                pl.lit(None, pl.String).alias(column)
                for column in (
                    "supplier_postcode",
                    "company_number",
                    "charity_number",
                    "vat_number",
                )
            ),
            is_redacted=pl.lit(value=False),
        )
    )


def hand_verified(folder: Path) -> pl.DataFrame:
    """Hand-verified labels: name, register, number, auditor's code (of that register), half."""
    labels = pl.read_csv(folder / "labelled_matches.csv", infer_schema=False).filter(
        pl.col("trust") == "hand-verified"
    )
    rows = []
    for name, number, register, detail in labels.select(
        "supplier_as_published", "company_number_or_charity_number", "register", "detail"
    ).iter_rows():
        code = re.search(AUDITOR[register], detail)
        rows.append((name, register, number, int(code[1]) if code else None, half_of(number)))
    return pl.DataFrame(
        rows, schema=["name", "register", "number", "code", "half"], orient="row"
    ).unique(maintain_order=True)


def numbers_found(decisions: pl.DataFrame, register: str) -> dict[str, str]:
    """The number of a register that each matched name was given, by name."""
    found = {}
    for row in decisions.filter(pl.col("decision") == "matched").iter_rows(named=True):
        if row["register"] == register:
            found[row["supplier_id"]] = row["number"]
        elif row["other_register"] == register:
            found[row["supplier_id"]] = row["other_number"]
    return found


def score_labels(
    labels: pl.DataFrame, decisions: pl.DataFrame, wrong: list[str], figures: Figures
) -> None:
    """Prints precision and recall by register, codes and half."""
    matched = set(decisions.filter(pl.col("decision") == "matched")["supplier_id"])
    for register in ("coh", "chc"):
        found = numbers_found(decisions, register)
        for codes in (PERFECT, PERFECT | {5}):
            for half, half_name in HALVES.items():
                chosen = labels.filter(
                    (pl.col("register") == register)
                    & pl.col("code").is_in(codes)
                    & ((pl.col("half") == half) | (half == "both"))
                )
                numbers: dict[str, set[str]] = {}
                for name, number in chosen.select("name", "number").iter_rows():
                    numbers.setdefault(name, set()).add(number)
                right = sum(found.get(name) in accepted for name, accepted in numbers.items())
                given = sum(name in found for name in numbers)
                elsewhere = sum(name in matched and name not in found for name in numbers)
                where = (NAMES_OF[register], f"auditor's codes 1-{max(codes)}", half_name)
                print(
                    f"{register} codes 1-{max(codes)} {half:5}"
                    f"  P {figures.add('precision', right, given, *where)}"
                    f"  R {figures.add('recall', right, len(numbers), *where)}"
                    f"  only in the other register {elsewhere}"
                )
                if half == "tuned" and 5 in codes:
                    wrong.extend(
                        f"{register}: {name} -> {found.get(name)}, labelled {sorted(accepted)}"
                        for name, accepted in numbers.items()
                        if found.get(name) not in accepted
                    )


def score_negatives(folder: Path, registers_dir: Path, figures: Figures) -> pl.DataFrame:
    """Prints how many names judged to be in no register are matched; returns those matched."""
    names = pl.read_csv(folder / "labelled_negatives.csv", infer_schema=False)
    decisions = match_suppliers(
        as_suppliers(names["supplier_as_published"]), registers_dir
    ).decisions
    hit = decisions.filter(pl.col("decision") == "matched")
    share = figures.add("negatives_matched", hit.height, decisions.height)
    print(f"negatives matched {share}")
    nhs = decisions.filter(pl.col("supplier_id").str.contains(r"\b(NHS|CCG)\b"))
    public = nhs.filter(pl.col("class") == "public_body").height
    companies = nhs.filter((pl.col("decision") == "matched") & (pl.col("register") == "coh")).height
    print(f"NHS or CCG: public_body {figures.add('nhs_public_body', public, nhs.height)}")
    share = figures.add("nhs_matched_to_company", companies, nhs.height)
    print(f"NHS or CCG: matched to a company {share}")
    return hit.select("supplier_id", "register_name", "register", "number", "method")


def write_confusables(folder: Path, labels: pl.DataFrame, target: Path) -> None:
    """Writes the registers again with a near twin of every labelled company beside it.

    The twins are in turn the same name as CIC, as LLP, with "Holdings", with "(North West)",
    dissolved, and one letter off. Placeholder numbers (ZZ) become plausible ones.
    """
    for path in folder.glob("publicextract.*"):
        (target / path.name).symlink_to(path.resolve())
    companies = pl.read_csv(
        next(folder.glob("BasicCompanyData*")),
        infer_schema=False,
    ).with_columns(pl.col(" CompanyNumber").str.replace("^ZZ", "77"))
    labelled = companies.filter(
        pl.col(" CompanyNumber").is_in(labels["number"].unique().to_list())
    ).sort(" CompanyNumber")
    twins = []
    for position, row in enumerate(labelled.iter_rows(named=True)):
        stem = re.sub(r"(?i)[ ,]+(limited|ltd|plc|cic|c\.i\.c\.?|llp)\.?$", "", row["CompanyName"])
        middle = len(stem) // 2
        name, status = [
            (f"{stem} CIC", "Active"),
            (f"{stem} LLP", "Active"),
            (f"{stem} HOLDINGS LIMITED", "Active"),
            (f"{stem} (NORTH WEST) LIMITED", "Active"),
            (row["CompanyName"], "Dissolved"),
            (f"{stem[:middle]}X{stem[middle + 1 :]} LIMITED", "Active"),
        ][position % 6]
        number = f"66{position:06}"
        twins.append(
            {**row, "CompanyName": name, " CompanyNumber": number, "CompanyStatus": status}
        )
    pl.concat([companies, pl.DataFrame(twins, schema=companies.schema)]).write_csv(
        target / "BasicCompanyData-confusables.csv", quote_style="always"
    )


def score_registers(
    folder: Path, labels: pl.DataFrame, registers_dir: Path, figures: Figures
) -> list[str]:
    """Loads companies and charities, prints how the labels fare; the wrong ones as text."""
    found = find_register_files(folder)
    load_register_files(
        RegisterFiles(found.companies, found.charities, found.charity_other_names), registers_dir
    )
    started = time.perf_counter()
    decisions = match_suppliers(as_suppliers(labels["name"]), registers_dir).decisions
    print(f"{decisions.height} names in {time.perf_counter() - started:.1f} s")
    wrong: list[str] = []
    score_labels(labels, decisions, wrong, figures)
    return wrong


def main() -> None:
    """Matches the labelled names and prints what came of it."""
    folder = Path(sys.argv[1])
    is_verbose = "--wrong" in sys.argv
    labels = hand_verified(folder)
    figures = Figures(
        "labelled names",
        "share of names with the labelled number; 95% Wilson interval; a small register flatters",
        "make match-quality",
    )
    with tempfile.TemporaryDirectory() as registers:
        wrong = score_registers(folder, labels, Path(registers), figures)
        matched_negatives = score_negatives(folder, Path(registers), figures)
    with tempfile.TemporaryDirectory() as confusables, tempfile.TemporaryDirectory() as registers:
        print("with confusables in the register")
        figures.population = "labelled names, near twins in the register"
        write_confusables(folder, labels, Path(confusables))
        score_registers(Path(confusables), labels, Path(registers), figures)
    print("Precision is flattered: this register of 305,227 has fewer namesakes than one of 6m.")
    if "--out" in sys.argv:
        write_figures(figures, Path(sys.argv[sys.argv.index("--out") + 1]))
    if is_verbose:
        print("\n".join(wrong))
        with pl.Config(tbl_rows=-1, fmt_str_lengths=60, tbl_width_chars=200):
            print(matched_negatives)


if __name__ == "__main__":
    main()
