"""How many of the real link labels of ../shared get the period that was recorded for them."""

import argparse
import csv
import sys
from collections import Counter
from pathlib import Path

from pipeline.collect.periods import PeriodDecision, period_of

# The fewest that may be right, the most that may be wrong.
RIGHT, WRONG = 0.95, 0.005
PAIRS = Path(__file__).parents[1] / "../shared/publishers/link_period_pairs.csv"


def judge(decision: PeriodDecision, recorded: str) -> str:
    """right, wrong or undecided; a span is right where the recorded month lies in it."""
    if decision.first_day is None or decision.last_day is None:
        return "undecided"
    first, last = decision.first_day.isoformat(), decision.last_day.isoformat()
    width = len(recorded)
    return "right" if first[:width] <= recorded <= last[:width] else "wrong"


def main() -> None:
    """Print the figures, with --show every row that is not right; exit code 1 where one misses."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", nargs="?", type=Path, default=PAIRS)
    parser.add_argument("--show", action="store_true")
    arguments = parser.parse_args()
    verdicts: Counter[str] = Counter()
    with arguments.pairs.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            decision = period_of(row["link_text"], row["url"])
            recorded = row["period_as_recorded_by_odileeds"]
            verdict = judge(decision, recorded)
            verdicts[verdict] += 1
            if arguments.show and verdict != "right":
                days = f"{decision.first_day}..{decision.last_day}"
                print(verdict, recorded, days, repr(row["link_text"]), row["url"], decision.reason)
    right, wrong, undecided = (
        verdicts[verdict] / verdicts.total() for verdict in ("right", "wrong", "undecided")
    )
    print(f"periods of {verdicts.total()} links")
    print(
        f"  right      {right:7.2%}  bar >= {RIGHT:.1%}  {'holds' if right >= RIGHT else 'MISSED'}"
    )
    print(
        f"  wrong      {wrong:7.2%}  bar <= {WRONG:.1%}  {'holds' if wrong <= WRONG else 'MISSED'}"
    )
    print(f"  undecided  {undecided:7.2%}")
    sys.exit(right < RIGHT or wrong > WRONG)


if __name__ == "__main__":
    main()
