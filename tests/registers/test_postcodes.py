import polars as pl
import pytest

from pipeline.registers.postcodes import clean_postcode, outward_code


def cleaned(text):
    frame = pl.DataFrame({"text": [text]}, schema={"text": pl.String})
    return frame.select(clean_postcode(pl.col("text"))).item()


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("PR1 2HE", "PR1 2HE"),
        ("pr12he", "PR1 2HE"),
        ("  PR1  2HE.", "PR1 2HE"),
        ("PR1\u00a02HE", "PR1 2HE"),
        ("PRI 2HE", "PR1 2HE"),
        ("PR1 OAA", "PR1 0AA"),
        ("TQ1O 1AA", "TQ10 1AA"),
        ("0X1 3DP", "OX1 3DP"),
        ("S017 1BJ", "SO17 1BJ"),
        ("ECIA 1BB", "EC1A 1BB"),
        ("WIA 1AA", "W1A 1AA"),
        ("MI 1AE", "M1 1AE"),
        ("FYI 1AD", "FY1 1AD"),
        ("CO1 1AA", "CO1 1AA"),
        ("IP10 0AA", "IP10 0AA"),
        ("GIR 0AA", "GIR 0AA"),
    ],
)
def test_a_postcode_becomes_canonical(written, canonical):
    assert cleaned(written) == canonical


@pytest.mark.parametrize("text", ["", None, "PR1", "LONDON", "N/A", "12345", "PR1 2HEX", "PR1 2CE"])
def test_what_is_no_whole_postcode_is_null(text):
    assert cleaned(text) is None


@pytest.mark.parametrize(
    ("text", "outward"),
    [
        ("TQ1", "TQ1"),
        ("pl7 ***", "PL7"),
        (" EC1A ", "EC1A"),
        ("PRI", "PR1"),
        ("B1 1", None),
        ("TQ1 1AA", None),
        ("TQ11AA", None),
        ("n/a", None),
        ("", None),
        (None, None),
    ],
)
def test_an_outward_code_alone_is_told_from_a_whole_postcode(text, outward):
    frame = pl.DataFrame({"text": [text]}, schema={"text": pl.String})
    assert frame.select(outward_code(pl.col("text"))).item() == outward
