"""The period that a publication covers: label first, then file name, then the heading above."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from pipeline.collect.attempts import Kind
from pipeline.collect.dating import Dated, dated
from pipeline.collect.kinds import kind_of
from pipeline.collect.labels import clean_label, folders_and_name, without_extension
from pipeline.collect.spans import (
    Span,
    finance_period,
    financial_quarter,
    financial_year_span,
    months_within,
)
from pipeline.errors import AnchorspendError

Source = Literal["label", "file_name", "folder", "heading", ""]

_YEAR_FOLDER = re.compile(r"20\d\d(?:[-_](?:20)?\d\d)?")
# Drupal and WordPress file by the month of the upload, up to seven years off the payments'.
_UPLOAD_FOLDER = re.compile(r"(?i)uploads?|files|media|attachment_data|wp-content")
# Hyndburn's 1589981942446_2002.csv holds February 2020; 2010.csv may be 2010 or October 2020.
_YEAR_OR_YYMM = re.compile(r"(?:\d{10,}[a-z]*[_-])*20(?:0[1-9]|1[0-2])")


@dataclass(frozen=True)
class PeriodDecision:
    """The days covered, or why they are undecided; `source` is where the period was read."""

    decision: Literal["period", "undecided", "not_spend"]
    first_day: date | None
    last_day: date | None
    kind: Kind
    source: Source
    reason: str


def period_of(label: str, url: str, heading: str | None = None) -> PeriodDecision:
    """Decide the period of a link from its text, its address and the heading above it.

    The dates inside the file have the last word; this is what can be said before it is read.
    """
    kind = kind_of(label, url, heading)
    if kind == "other":
        reason = "a register or paper beside the spending, by its name"
        return PeriodDecision("not_spend", None, None, kind, "", reason)
    folders, name = folders_and_name(url)
    decided = _decide(
        dated(without_extension(label)),
        _dated_name(name),
        _year_of_folders(folders),
        dated(heading or ""),
    )
    if isinstance(decided, str):
        return PeriodDecision("undecided", None, None, kind, "", decided)
    span, source, reason = decided
    return PeriodDecision("period", span.first_day, span.last_day, kind, source, reason)


def decide_periods_file(links_csv: Path) -> list[dict[str, str | None]]:
    """One decision per row of a csv with the columns link_text and url, in its order.

    Raises AnchorspendError where the file is missing, is not UTF-8 text or lacks a column.
    """
    try:
        with links_csv.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            missing = {"link_text", "url"} - set(reader.fieldnames or ())
            if missing:
                raise AnchorspendError(
                    f"{links_csv} has no column {' and no column '.join(sorted(missing))}: "
                    "its header must name link_text and url."
                )
            return [_as_row(row["link_text"] or "", row["url"] or "") for row in reader]
    except OSError as error:
        raise AnchorspendError(
            f"{links_csv} cannot be read ({error.strerror}): check the name."
        ) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise AnchorspendError(
            f"{links_csv} is no csv in UTF-8 ({error}): save it as such."
        ) from error


def _as_row(link_text: str, url: str) -> dict[str, str | None]:
    decision = period_of(link_text, url)
    return {
        "link_text": link_text,
        "url": url,
        "decision": decision.decision,
        "first_day": decision.first_day.isoformat() if decision.first_day else None,
        "last_day": decision.last_day.isoformat() if decision.last_day else None,
        "kind": decision.kind,
        "from": decision.source,
        "reason": decision.reason,
    }


def _dated_name(name: str) -> Dated:
    if _YEAR_OR_YYMM.fullmatch(name):
        return Dated(problem="is a year, or a year and a month")
    return dated(name)


Decided = tuple[Span, Source, str]


def _decide(label: Dated, name: Dated, folder: Dated, heading: Dated) -> Decided | str:
    if label.problem:
        return f"the label {label.problem}"
    if label.spans:
        return _label_against_name(label, name)
    if label.months or label.quarter:
        return _label_completed(label, name, folder, heading)
    if name.problem:
        return f"the file name {name.problem}"
    if name.spans:
        return _one_reading(name, "file_name", [heading, folder])
    if name.months or name.quarter:
        return _complete(name, heading=heading, folder=folder)
    if heading.spans:
        return _one_reading(heading, "heading", [])
    return "nothing in label, file name or heading names a period"


def _label_against_name(label: Dated, name: Dated) -> Decided | str:
    if len(label.spans) > 1:
        return _one_reading(label, "label", [name])
    span = label.spans[0]
    if name.says_nothing or name.problem:
        return span, "label", "the label names the period"
    if any(reading.holds(span) for reading in name.spans):
        return span, "label", "label and file name agree"
    if name.in_figures and finance_period(*name.in_figures) == span.first == span.last:
        return span, "label", "the file name counts finance periods from April"
    if name.months == (span.first[1], span.last[1]):
        return span, "label", "label and file name agree"
    if name.quarter and span in _quarters(name.quarter, span):
        return span, "label", "label and file name agree"
    if any(span.holds(reading) for reading in name.spans):
        return "the label names a longer period than the file name"
    return "label and file name name different periods"


def _one_reading(text: Dated, source: Source, others: Sequence[Dated]) -> Decided | str:
    """The text's reading; where it allows several, the one that another text shares."""
    if len(text.spans) == 1:
        return text.spans[0], source, f"the {source.replace('_', ' ')} names the period"
    shared = {reading for reading in text.spans if any(reading in one.spans for one in others)}
    shared = shared or {
        reading for reading in text.spans if any(_fits(reading, one) for one in others)
    }
    if len(shared) == 1:
        return shared.pop(), source, "only one of its readings fits the other texts"
    return f"the {source.replace('_', ' ')} can be read in several ways"


def _fits(reading: Span, other: Dated) -> bool:
    is_year = reading.first[1] == 4 and reading.last == (reading.first[0] + 1, 3)
    if other.months:
        return other.months == (reading.first[1], reading.last[1])
    return not is_year and any(span.holds(reading) for span in other.spans)


def _label_completed(label: Dated, name: Dated, folder: Dated, heading: Dated) -> Decided | str:
    """A month or quarter of the label with the year that stands elsewhere."""
    if name.months and label.months and name.months != label.months:
        return "label and file name name different months"
    if name.spans:
        found = _completions(label, name)
        if len(found) == 1:
            return found.pop(), "file_name", "the file name gives the year"
        return "label and file name do not agree on one period"
    return _complete(label, heading=heading, folder=folder)


def _complete(text: Dated, heading: Dated, folder: Dated) -> Decided | str:
    by_heading, by_folder = _completions(text, heading), _completions(text, folder)
    if by_heading and by_folder and not by_heading & by_folder:
        return "heading and folder give different years"
    if len(by_heading) == 1:
        return by_heading.pop(), "heading", "the heading gives the year"
    if not by_heading and len(by_folder) == 1:
        return by_folder.pop(), "folder", "the folder gives the year"
    return "no year stands beside the month"


def _completions(text: Dated, other: Dated) -> set[Span]:
    """The months or quarter of one text, placed in the periods that another text names."""
    if text.months:
        found = {run for span in other.spans for run in months_within(span, *text.months)}
        if not found and other.in_figures:
            month = finance_period(*other.in_figures)
            if text.months == (month[1], month[1]):
                return {Span(month, month)}
        return found
    if text.quarter:
        return {quarter for span in other.spans for quarter in _quarters(text.quarter, span)}
    return set()


def _quarters(quarter: int, span: Span) -> list[Span]:
    """The quarter as part of a financial year, or the span itself where it is such a quarter."""
    start = span.first[0] if span.first[1] >= 4 else span.first[0] - 1
    in_year = financial_quarter(start, quarter)
    if span in (financial_year_span(start), in_year):
        return [in_year]
    calendar = Span((span.first[0], 3 * quarter - 2), (span.first[0], 3 * quarter))
    return [calendar] if span == calendar else []


def _year_of_folders(folders: Sequence[str]) -> Dated:
    """The year of a folder that is named for a year alone: Calderdale's /2015/February.csv.

    Folders of uploads, and years with months below them, say when a file was uploaded.
    """
    if any(_UPLOAD_FOLDER.fullmatch(folder) for folder in folders):
        return Dated()
    years = [clean_label(folder) for folder in folders if _YEAR_FOLDER.fullmatch(folder)]
    if len(years) != 1 or (folders[-1] != years[0] and folders[-1].isdigit()):
        return Dated()
    return dated(years[0])
