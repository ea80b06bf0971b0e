"""Writes the draft of a publisher's YAML: what was seen, and what a person must still say."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol, get_args
from urllib.parse import urlsplit

from pipeline.collect.attempts import Publication
from pipeline.collect.drafting.links import FoundFiles
from pipeline.registry.models import FileFormat, PublisherKind

_MOST_SHOWN = 3
# What a library says of a lost connection is longer than anybody reads.
_LONGEST_REASON = 160
_CADENCES = {1: "monthly", 3: "quarterly", 12: "annual"}
_PUBLISHER_KINDS = get_args(PublisherKind)
_FILE_FORMATS = get_args(FileFormat)


class FileSummary(Protocol):
    """What reading one file has told: the part of the reader's summary that a draft uses."""

    @property
    def status(self) -> str: ...  # noqa: D102
    @property
    def reason(self) -> str | None: ...  # noqa: D102
    @property
    def payments(self) -> int: ...  # noqa: D102
    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def format(self) -> str | None: ...  # noqa: D102
    @property
    def amount_column(self) -> str | None: ...  # noqa: D102
    @property
    def amount_basis(self) -> str: ...  # noqa: D102
    @property
    def supplier_column(self) -> str | None: ...  # noqa: D102
    @property
    def date_column(self) -> str | None: ...  # noqa: D102
    @property
    def first_date(self) -> str | None: ...  # noqa: D102
    @property
    def last_date(self) -> str | None: ...  # noqa: D102


@dataclass(frozen=True)
class SampleFile:
    """A file that was looked into, and what came of it; `summary` is None where it was not had."""

    publication: Publication
    summary: FileSummary | None
    reason: str = ""


@dataclass(frozen=True)
class Facts:
    """All that a draft is written from."""

    landing_page: str
    seen_on: date
    name: str | None
    kind: str | None
    threshold: tuple[int, str] | None
    licence: str | None
    found: FoundFiles
    samples: tuple[SampleFile, ...]


def draft_text(facts: Facts) -> str:
    """The YAML; keys without a value are those that a person must say before it is well-formed."""
    return "\n".join([*_head(facts), *_rule(facts), *_form(facts), *_evidence(facts)]) + "\n"


def _head(facts: Facts) -> Iterator[str]:
    yield f"# Drafted on {facts.seen_on} from {_comment(facts.landing_page)}"
    yield f"# Save it as publishers/{_identifier(facts)}.yml, say what is asked for, and run"
    yield "# `anchorspend registry check`, which names each line and key that is still open."
    yield f"name: {_quoted(facts.name)}" if facts.name else "name:  # say the body's full name"
    if facts.kind:
        yield f"kind: {facts.kind}  # by its name or host: check it"
    else:
        yield f"kind:  # say which: {', '.join(_PUBLISHER_KINDS)}"
    yield "# ons_code: say the GSS code of a council, such as E06000027"
    yield "# service_area: say the districts that it serves, [E06000027], or an area of areas.yml"
    yield "# anchors: say of which town it is an anchor institution, and how that is known"
    yield "#   - town: anytown"
    yield "#     basis: like_for_like  # or named, where a published list of the town names it"
    yield "#     evidence: the town's own council"
    yield "landing_pages:"
    yield f"  - {_quoted(facts.landing_page)}"


def _rule(facts: Facts) -> Iterator[str]:
    found = facts.found
    yield "discovery:"
    for problem in found.problems:
        yield f"  # {_comment(problem)[:_LONGEST_REASON]}"
    if found.rule is None:
        yield f"  # None of the {found.others} links on the page looks like a file of spending."
        yield "  # If it makes its list by a form, look at the rules form_post and report_export."
        yield "  rule: drop_folder"
        yield "  instructions:  # say where a person finds the files and how to export them"
        return
    yield f"  # {len(found.files)} files, such as"
    for file in found.files[:_MOST_SHOWN]:
        yield f"  #   {_comment(file.label)}: {_comment(file.url)}"
    for key, value in found.rule.items():
        yield f"  {key}: {_value(value)}"
    if found.also_taken:
        shown = ", ".join(map(_comment, found.also_taken[:_MOST_SHOWN]))
        yield f"  # The pattern takes {len(found.also_taken)} other links too, such as {shown}:"
        yield "  # say in label_matches or ignore what tells them apart."


def _form(facts: Facts) -> Iterator[str]:
    if facts.threshold:
        pounds, words = facts.threshold
        yield f"threshold_gbp: {pounds}  # the page says {_comment(words)!r}"
    else:
        yield "# threshold_gbp: say the pounds above which payments are listed"
    yield from _periods(facts.found.files)
    formats = {sample.summary.format or "" for sample in facts.samples if sample.summary}
    formats |= {file.format for file in facts.found.files}
    if known := sorted(formats.intersection(_FILE_FORMATS) - {"unknown"}):
        yield f"formats: [{', '.join(known)}]"
    yield from _basis(_read(facts.samples))


def _periods(files: Sequence[Publication]) -> Iterator[str]:
    spans = [(file.first_day, file.last_day) for file in files if file.first_day and file.last_day]
    if not spans:
        yield "# cadence: say how often, since no link names a month: monthly, quarterly, annual"
        return
    lengths = Counter(_months(first, last) for first, last in spans)
    length, how_many = lengths.most_common(1)[0]
    first, last = min(span[0] for span in spans), max(span[1] for span in spans)
    yield f"# {len(spans)} of {len(files)} links name their period, from {first} to {last};"
    yield f"# {how_many} cover {length} month{'s' if length > 1 else ''}."
    yield f"cadence: {_CADENCES.get(length, 'irregular')}"


def _basis(read: Sequence[FileSummary]) -> Iterator[str]:
    if not read:
        return
    bases = {summary.amount_basis for summary in read}
    basis = bases.pop() if len(bases) == 1 else "unknown"
    columns = sorted({_comment(summary.amount_column or "") for summary in read})
    headed = " and ".join(f'"{column}"' for column in columns)
    says = (
        "" if basis != "unknown" else ", which does not say net or gross: look for it on the page"
    )
    yield f"amount_basis: {basis}"
    yield f"amount_basis_evidence: {_quoted(f'the amount is headed {headed}{says}')}"


def _evidence(facts: Facts) -> Iterator[str]:
    read = _read(facts.samples)
    if facts.found.rule is None:
        yield "publishes:  # say which: form, blocked, page_not_seen, nothing_found"
        yield "publishes_evidence:  # say what was looked at"
    else:
        yield "publishes: files"
        words = f"links on {facts.seen_on}: {len(facts.found.files)}; files read: {len(read)}"
        yield f"publishes_evidence: {_quoted(words)}"
    yield "# Say true once you have checked page and rule against the live site."
    yield "verified: false"
    yield from _expectations(facts, read)
    if facts.licence:
        yield f"# The page says {_comment(facts.licence)!r}: say which version it means."
    yield "# licence: say under which licence the files may be used"
    yield "# attribution: say the words that the publisher asks for"
    yield "# caveats: say what a reader of the figures must know, each with its evidence"
    for sample in facts.samples:
        yield from _account(sample)


def _expectations(facts: Facts, read: Sequence[FileSummary]) -> Iterator[str]:
    rows = [summary.payments for summary in read if summary.kind == "spend"]
    days = [file.first_day for file in facts.found.files if file.first_day]
    if not rows and not days:
        return
    yield "expect:"
    if rows:
        yield f"  # Payments in the files read: {', '.join(f'{count:,}' for count in rows)}."
        yield f"  rows_per_file: {{min: {min(rows) // 2}, max: {max(1, 2 * max(rows))}}}"
    if days:
        yield f"  first_month: {min(days):%Y-%m}"


def _account(sample: SampleFile) -> Iterator[str]:
    yield f"# {_comment(sample.publication.label)}:"
    summary = sample.summary
    if summary is None:
        yield f"#   not had: {_comment(sample.reason)[:_LONGEST_REASON]}"
    elif summary.status == "refused":
        yield f"#   not read: {_comment(summary.reason or '')}"
    else:
        days = f"{summary.first_date} to {summary.last_date}"
        yield f"#   {summary.payments:,} payments ({summary.kind}), {days}"
        columns = [summary.amount_column, summary.supplier_column, summary.date_column]
        amount, supplier, day = (_comment(column or "no column") for column in columns)
        yield f"#   amount from {amount!r}, supplier from {supplier!r}, date from {day!r}"
        yield from _disagreement(sample.publication, summary)


def _disagreement(publication: Publication, summary: FileSummary) -> Iterator[str]:
    if not (publication.first_day and publication.last_day):
        return
    first, last = f"{publication.first_day}", f"{publication.last_day}"
    if (summary.first_date or first) < first or (summary.last_date or last) > last:
        yield f"#   its link says {first} to {last}: one of them is wrong, say so in a caveat"


def _read(samples: Sequence[SampleFile]) -> list[FileSummary]:
    summaries = [sample.summary for sample in samples if sample.summary]
    return [summary for summary in summaries if summary.status == "payments"]


def _months(first: date, last: date) -> int:
    after = last + timedelta(days=1)
    return 12 * (after.year - first.year) + after.month - first.month


def _identifier(facts: Facts) -> str:
    words = facts.name or urlsplit(facts.landing_page).netloc.removeprefix("www.").split(".")[0]
    plain = re.sub(r"[^a-z0-9]+", "_", words.lower().replace("'", "").replace("&", " and "))
    return re.sub(r"^[^a-z]+", "", plain)[:64].strip("_") or "publisher"


def _comment(text: str) -> str:
    """Text of a page as a part of one line of a comment."""
    return "".join(letter if letter.isprintable() else " " for letter in text)[:300].strip()


def _quoted(text: str) -> str:
    plain = "".join(letter if letter.isprintable() else " " for letter in text)[:2000]
    return "'" + plain.replace("'", "''") + "'"


def _value(value: object) -> str:
    """A value of a rule: quoted, since addresses and patterns hold what YAML reads otherwise."""
    if isinstance(value, Mapping):
        raise TypeError("a drafted rule holds texts and lists of texts")
    if isinstance(value, list | tuple):
        return f"[{', '.join(_quoted(str(one)) for one in value)}]"
    return str(value) if re.fullmatch(r"[a-z_]+", str(value)) else _quoted(str(value))
