"""What `anchorspend read` prints of a file: what was understood, counted and left out."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.errors import AnchorspendError
from pipeline.normalise.reading import NO_EXCEPTIONS, Reading, ReadingExceptions, read_payments
from pipeline.registry.load import load_registry
from pipeline.settings import Settings

_SHOWN_PAYMENTS = 3


def read_files(
    files: Sequence[Path], publisher_id: str | None, settings: Settings
) -> Iterator[tuple[Path, Reading]]:
    """Read each file with the exceptions of a publisher, if one is named.

    Raises AnchorspendError where a file cannot be opened or the publisher is not known.
    """
    exceptions = NO_EXCEPTIONS
    if publisher_id is not None:
        publishers = load_registry(
            settings.registry, built_in=settings.has_built_in_registry
        ).publishers
        if publisher_id not in publishers:
            raise AnchorspendError(
                f"There is no publisher {publisher_id!r}: `anchorspend status` lists those known."
            )
        exceptions = ReadingExceptions(headers=dict(publishers[publisher_id].headers))
    for path in files:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise AnchorspendError(
                f"{path} cannot be opened ({error.strerror}): check its name and the rights on it."
            ) from error
        yield path, read_payments(data, exceptions)


def as_text(path: Path, reading: Reading) -> str:
    """For a person."""
    summary = reading.summary
    if summary.status == "refused":
        return f"{path}: refused: {summary.reason}"
    excluded = ", ".join(
        f"{rows} {kind} (£{summary.excluded_gbp[kind]})"
        for kind, rows in summary.excluded.items()
        if rows
    )
    lines = [
        f"{path}: {summary.kind}, {summary.format}"
        + (f" in {summary.encoding}" if summary.encoding else ""),
        f"  {summary.rows:,} rows = {summary.payments:,} payments + "
        f"{sum(summary.excluded.values()):,} left out + {summary.rejected:,} rejected",
        f"  left out: {excluded or 'nothing'}",
        f"  total £{summary.total_gbp} ({summary.amount_basis} of VAT), "
        + (
            f"the file prints £{summary.printed_total_gbp}"
            if summary.printed_total_gbp
            else "the file prints no total"
        ),
        f"  amount from {summary.amount_column!r}, supplier from {summary.supplier_column!r}, "
        f"date from {summary.date_column!r}",
        f"  {summary.first_date} to {summary.last_date}; {summary.negative:,} negative, "
        f"{summary.redacted:,} redacted, {summary.undated:,} undated",
    ]
    if any(summary.sheets):
        lines.append(f"  sheets: {', '.join(summary.sheets)}")
    lines += [f"  warning: {warning}" for warning in summary.warnings]
    lines += [
        f"  row {row['row_number']}: {row['payment_date']} {row['supplier_name']} "
        f"£{row['amount_gbp']:,.2f}"
        for row in reading.payments.head(_SHOWN_PAYMENTS).iter_rows(named=True)
    ]
    return "\n".join(lines)
