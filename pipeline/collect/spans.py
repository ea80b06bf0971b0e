"""Runs of whole months: the periods that publications cover."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

Month = tuple[int, int]


@dataclass(frozen=True)
class Span:
    """A run of whole months, each as (year, month), both included."""

    first: Month
    last: Month

    @property
    def first_day(self) -> date:
        """The first day of the first month."""
        return date(*self.first, 1)

    @property
    def last_day(self) -> date:
        """The last day of the last month."""
        return date(*self.last, monthrange(*self.last)[1])

    @property
    def months(self) -> int:
        """How many months there are."""
        return 12 * (self.last[0] - self.first[0]) + self.last[1] - self.first[1] + 1

    def holds(self, other: "Span") -> bool:
        """Whether the other span lies within this one."""
        return self.first <= other.first and other.last <= self.last


def financial_year_span(start: int) -> Span:
    """1 April to 31 March."""
    return Span((start, 4), (start + 1, 3))


def financial_quarter(start: int, quarter: int) -> Span:
    """Quarter 1 begins in April; quarter 4 is January to March of the next calendar year."""
    year, month = (start + 1, 1) if quarter == 4 else (start, 1 + 3 * quarter)
    return Span((year, month), (year, month + 2))


def month_of_financial_year(start: int, month: int) -> Month:
    """The month as it falls in the financial year that begins in April of `start`."""
    return (start if month >= 4 else start + 1, month)


def finance_period(start: int, period: int) -> Month:
    """Period 1 is April."""
    return month_of_financial_year(start, (period + 2) % 12 + 1)


def months_within(span: Span, first: int, last: int) -> list[Span]:
    """Every run from month `first` to month `last` of a calendar that lies within the span."""
    found = []
    for year in range(span.first[0], span.last[0] + 1):
        run = Span((year, first), (year if last >= first else year + 1, last))
        if span.holds(run):
            found.append(run)
    return found
