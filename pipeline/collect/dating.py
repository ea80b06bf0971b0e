"""What a piece of text (a label, a file name, a heading) says about the months it covers."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.collect.date_words import Token, date_words
from pipeline.collect.spans import (
    Month,
    Span,
    finance_period,
    financial_quarter,
    financial_year_span,
    month_of_financial_year,
)

_LONGEST_SPAN_MONTHS = 36
_YEAR = 12
# A sentence may say "you may ..."; a label of so few words means the month.
_SHORT_LABEL_WORDS = 4


@dataclass(frozen=True)
class Dated:
    """What one text says.

    `spans` are the readings it allows: none, one, or several ("2011-12" is December 2011 or the
    financial year 2011/12; "Q1 2019" begins in January or in April). `months` (first, last) and
    `quarter` stand without a year. `in_figures` is a month written as 201904 or 04_2019, which may
    count finance periods. `problem` says why a text with dates in it decides nothing.
    """

    spans: tuple[Span, ...] = ()
    months: tuple[int, int] | None = None
    quarter: int | None = None
    in_figures: Month | None = None
    problem: str = ""

    @property
    def says_nothing(self) -> bool:
        """Whether there is no date in the text."""
        return not (self.spans or self.months or self.quarter or self.problem)


@dataclass
class _Named:
    """A month by name, with the year that stands beside it."""

    month: int
    year: int | None
    is_joined: bool
    connector: str


def dated(text: str) -> Dated:
    """Read one text."""
    tokens = _without_the_verb_may(list(date_words(text)))
    endings = [token.value for token in tokens if token.kind == "ending"]
    if endings:
        return _ended(_dated([token for token in tokens if token.kind != "ending"]), endings)
    return _dated(tokens)


def _ended(last: Dated, endings: Sequence[int]) -> Dated:
    """The months before the one named, as many as "quarter ended" or "year to" say."""
    if last.problem or len(endings) > 1 or len(last.spans) != 1:
        return Dated(problem=last.problem or "names the end of a period and not its month")
    [length], [span] = endings, last.spans
    # "Year ended 2019" is read as a calendar year by itself; which one it is it does not say.
    if span.months == length and (length < _YEAR or span.first[1] != 1):
        return last
    if not length or span.months != 1:
        return Dated(problem="names the end of a period that may have begun at any time")
    year, month = span.last
    begun = year * 12 + month - length
    return Dated(spans=(Span((begun // 12, begun % 12 + 1), span.last),))


def _dated(tokens: list[Token]) -> Dated:
    years = sorted({token.value for token in tokens if token.kind in {"year", "short_year"}})
    financial_years = _financial_years(tokens)
    if Token("week") in tokens:
        return Dated(problem="names a week")
    if any(token.kind == "month" for token in tokens):
        return _of_named_months(tokens, financial_years)
    if Token("unclear_quarter") in tokens:
        return Dated(problem="one quarter or several")
    quarters = [token.value for token in tokens if token.kind == "quarter"]
    if quarters:
        return _of_quarters(quarters, financial_years, years)
    days = [token for token in tokens if token.kind in {"day", "inner_day"}]
    if days:
        return _of_days(days)
    numeric = [token for token in tokens if token.kind == "year_month"]
    if numeric:
        return _of_year_months(numeric)
    periods = [token.value for token in tokens if token.kind == "period"]
    if periods and (financial_years or years):
        return _of_periods(periods, financial_years)
    return _of_years(tokens, financial_years, years)


def _without_the_verb_may(tokens: list[Token]) -> list[Token]:
    if len(tokens) <= _SHORT_LABEL_WORDS:
        return tokens
    dates = {"month", "year", "short_year", "financial_year", "to", "and", "year_month"}

    def is_verb(place: int) -> bool:
        beside = tokens[max(place - 1, 0) : place] + tokens[place + 1 : place + 2]
        is_may = tokens[place] == Token("month", 5)
        return is_may and not any(token.kind in dates for token in beside)

    return [Token("other") if is_verb(place) else token for place, token in enumerate(tokens)]


def _financial_years(tokens: Sequence[Token]) -> list[int]:
    kinds = {"financial_year", "month_or_financial_year"}
    if any(token.kind in {"quarter", "period"} for token in tokens):
        kinds.add("short_financial_year")
    return sorted({token.value for token in tokens if token.kind in kinds})


# --- months by name ----------------------------------------------------------------------------


def _of_named_months(tokens: Sequence[Token], financial_years: list[int]) -> Dated:
    if any(token.kind == "short_financial_year" for token in tokens):
        return Dated(problem="two numbers that may be days or years")
    named, loose_years = _named_months(tokens)
    numeric = [token for token in tokens if token.kind == "year_month"]
    _hand_on_years(named)
    if any(one.year is None for one in named):
        months = _without_years(named)
        if isinstance(months, str):
            return Dated(problem=months)
        return _completed(months, financial_years, loose_years, numeric)
    span = _run([(one.year or 0, one.month) for one in named], named)
    if isinstance(span, str):
        return Dated(problem=span)
    within = range(span.first[0], span.last[0] + 1)
    if any(year not in within for year in loose_years):
        return Dated(problem="names another year beside the months")
    if financial_years and not any(
        financial_year_span(year).holds(span) for year in financial_years
    ):
        return Dated(problem="names a financial year that does not hold the months")
    return _agreed(span, numeric)


def _named_months(tokens: Sequence[Token]) -> tuple[list[_Named], set[int]]:
    """The months in their order, and the years that stand beside none of them."""
    is_year = [token.kind in {"year", "short_year"} for token in tokens]
    dates = [place for place, token in enumerate(tokens) if is_year[place] or token.kind == "month"]
    # "2018 December" puts the year before its month, "December 2018" after it.
    steps = (-1, 1) if is_year[dates[0]] else (1, -1)
    taken: set[int] = set()
    named: list[_Named] = []
    last_place = -1
    for place, token in enumerate(tokens):
        if token.kind != "month":
            continue
        between = [other.kind for other in tokens[last_place + 1 : place]]
        year = None
        for step in steps:
            beside = place + step
            if 0 <= beside < len(tokens) and is_year[beside] and beside not in taken:
                taken.add(beside)
                year = tokens[beside].value
                break
        connector = next((kind for kind in between if kind in {"to", "and"}), "")
        named.append(_Named(token.value, year, "other" not in between, connector))
        last_place = place
    loose = {
        token.value for place, token in enumerate(tokens) if is_year[place] and place not in taken
    }
    return _without_repeats(named), loose


def _without_repeats(named: list[_Named]) -> list[_Named]:
    kept: list[_Named] = []
    for one in named:
        same = next((other for other in kept if other.month == one.month), None)
        if same and (same.year is None or one.year is None or same.year == one.year):
            same.year = same.year or one.year
        else:
            kept.append(one)
    return kept


def _hand_on_years(named: list[_Named]) -> None:
    """Give months without a year that of their neighbour: "December to February 2014"."""
    for before, after in pairwise(named):
        if after.year is None and before.year is not None:
            after.year = before.year + (after.month < before.month)
    for after, before in pairwise(named[::-1]):
        if before.year is None and after.year is not None:
            before.year = after.year - (before.month > after.month)


def _run(months: list[Month], named: Sequence[_Named]) -> Span | str:
    """The span of months that belong together, or what is wrong with them."""
    if not all(one.is_joined for one in named[1:]):
        return "names several months apart from each other"
    numbers = [year * 12 + month for year, month in months]
    steps = [after - before for before, after in pairwise(numbers)]
    if any(step <= 0 for step in steps):
        return "names months in no order"
    is_list = len(months) > 2 or any(one.connector == "and" for one in named[1:])
    if is_list and any(step != 1 for step in steps):
        return "names months with gaps between them"
    if numbers[-1] - numbers[0] >= _LONGEST_SPAN_MONTHS:
        return "names a span of more than three years"
    return Span(months[0], months[-1])


def _without_years(named: list[_Named]) -> tuple[int, int] | str:
    """First and last month of a run, the year unknown."""
    year = 2000
    months: list[Month] = []
    for one in named:
        if months and one.month < months[-1][1]:
            year += 1
        months.append((year, one.month))
    run = _run(months, named)
    return run if isinstance(run, str) else (run.first[1], run.last[1])


def _completed(
    months: tuple[int, int],
    financial_years: list[int],
    loose_years: set[int],
    numeric: Sequence[Token],
) -> Dated:
    """Months by name with the year that stands elsewhere in the same text."""
    first, last = months
    if len(financial_years) == 1:
        start = financial_years[0]
        span = Span(month_of_financial_year(start, first), month_of_financial_year(start, last))
        if span.first <= span.last:
            return _agreed(span, numeric)
        return Dated(problem="names months that lie in two financial years")
    if financial_years or len(loose_years) > 1:
        return Dated(problem="names several years")
    if loose_years:
        year = loose_years.pop()
        return _agreed(Span((year - (first > last), first), (year, last)), numeric)
    if len(numeric) == 1 and first == last == numeric[0].second:
        return _agreed(Span((numeric[0].value, first), (numeric[0].value, first)), [])
    if numeric:
        return Dated(problem="names a month by word and another by number")
    return Dated(months=months)


def _agreed(span: Span, numeric: Sequence[Token]) -> Dated:
    """The span, unless a month in figures beside it says otherwise."""
    for token in numeric:
        month = (token.value, token.second)
        as_period = finance_period(*month) == span.first == span.last
        if not span.holds(Span(month, month)) and not as_period:
            return Dated(problem="names a month by word and another by number")
    return Dated(spans=(span,))


# --- everything else ---------------------------------------------------------------------------


def _of_quarters(quarters: list[int], financial_years: list[int], years: list[int]) -> Dated:
    first, last = quarters[0], quarters[-1]
    if sorted(set(quarters)) != list(range(first, last + 1)):
        return Dated(problem="names several quarters")
    if len(financial_years) == 1:
        start = financial_years[0]
        return Dated(
            spans=(
                Span(financial_quarter(start, first).first, financial_quarter(start, last).last),
            )
        )
    if financial_years or len(years) > 1 or first != last:
        return Dated(problem="names quarters and several years, or none")
    if not years:
        return Dated(quarter=first)
    year = years[0]
    calendar = Span((year, 3 * first - 2), (year, 3 * first))
    readings = {financial_quarter(year, first), calendar}
    if first == 4:
        readings.add(financial_quarter(year - 1, 4))
    return Dated(spans=tuple(sorted(readings, key=lambda span: span.first)))


def _of_days(days: Sequence[Token]) -> Dated:
    months = [(token.value, token.second) for token in days]
    if len(months) > 2 or months[0] > months[-1]:
        return Dated(problem="names several days")
    if len(months) == 1 and days[0].kind == "inner_day":
        return Dated(problem="names a single day")
    return Dated(spans=(Span(months[0], months[-1]),))


def _of_year_months(numeric: Sequence[Token]) -> Dated:
    months = [(token.value, token.second) for token in numeric]
    if len(months) > 2 or months[0] > months[-1]:
        return Dated(problem="names several months")
    in_figures = months[0] if len(months) == 1 else None
    return Dated(spans=(Span(months[0], months[-1]),), in_figures=in_figures)


def _of_periods(periods: list[int], financial_years: list[int]) -> Dated:
    if len(financial_years) != 1 or len(set(periods)) > 1 or periods[0] > 12:
        return Dated(problem="names a finance period without one financial year")
    month = finance_period(financial_years[0], periods[0])
    return Dated(spans=(Span(month, month),))


def _of_years(tokens: Sequence[Token], financial_years: list[int], years: list[int]) -> Dated:
    either = [token for token in tokens if token.kind == "month_or_financial_year"]
    if either and len(financial_years) == 1:
        month = (either[0].value, either[0].second)
        return Dated(
            spans=(Span(month, month), financial_year_span(financial_years[0])), in_figures=month
        )
    if years or financial_years:
        if Token("part_of_year") in tokens:
            return Dated(problem="names a part of a year")
        if any(token.kind == "number" and 1 <= token.value <= 13 for token in tokens):
            return Dated(problem="has a number beside the year that may be a month")
    if financial_years:
        first, last = financial_years[0], financial_years[-1]
        if financial_years != list(range(first, last + 1)) or last - first > 2:
            return Dated(problem="names several financial years")
        return Dated(spans=(Span((first, 4), (last + 1, 3)),))
    if len(years) > 1:
        return Dated(problem="names several years")
    return Dated(spans=(Span((years[0], 1), (years[0], 12)),)) if years else Dated()
