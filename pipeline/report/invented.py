"""What pages say above all else where their towns do not exist."""

from collections.abc import Sequence

from pipeline.report.figures import Row
from pipeline.report.headlines import listed


def invented_words(towns: Sequence[Row]) -> str | None:
    """The banner for towns with `town_name` and `is_invented`; None where all of them exist."""
    invented = [row["town_name"] for row in towns if row["is_invented"]]
    if not invented:
        return None
    if len(invented) == len(towns):
        return (
            "Everything here is invented, to show how the report looks: "
            "no such town, body, supplier or payment exists."
        )
    return (
        f"{listed(invented)} {'is' if len(invented) == 1 else 'are'} invented, to show how the "
        "report looks: no such town exists, nor do its bodies, suppliers and payments."
    )
