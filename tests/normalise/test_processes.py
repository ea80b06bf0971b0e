"""Files read side by side are read as one after the other."""

import os
from pathlib import Path

import polars as pl

from pipeline.normalise.processes import reading_processes
from pipeline.normalise.reading import read_payments

GOLDEN = Path(__file__).parent.parent / "golden"


def test_processes_read_as_one_does_with_one_thread_each():
    files = [GOLDEN / name / "input.csv" for name in ("plain_csv", "credit_in_brackets")]
    contents = [path.read_bytes() for path in files]
    with reading_processes(2) as executor:
        summaries = [reading.summary for reading in executor.map(read_payments, contents)]
        threads = executor.submit(pl.thread_pool_size).result()

    assert summaries == [read_payments(content).summary for content in contents]
    assert threads == 1
    assert "POLARS_MAX_THREADS" not in os.environ
