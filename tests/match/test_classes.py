import polars as pl
import pytest

from pipeline.match.classes import with_payee_class
from pipeline.registers.names import with_name_key


def class_of(name):
    frame = with_name_key(pl.LazyFrame({"name": [name]}), "name")
    return with_payee_class(frame, "name").select("claimed").collect().item()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("REDACTED PERSONAL DATA", "redacted"),
        ("THIRD PARTY", "redacted"),
        ("Sundry Creditor", "redacted"),
        ("Individual", "redacted"),
        ("Mr J Smith", "person"),
        ("DR A. B. JONES", "person"),
        ("SMITH MRS J", "person"),
        ("MR & MRS BROWN", "person"),
        ("EXECUTORS OF THE LATE J BROWN", "person"),
        ("Mr Philip Robson (Kings Chambers)", "person"),
        ("Mr Philip James Edward Robson (Kings Chambers)", "person"),
        ("Miss A Patel, 9 Gough Square", "person"),
        ("MRS THAO DO T/A KENT DALE TRANSPORT", "person"),
        ("MR J SMITH PLUMBING SERVICES", "person"),
        ("FARRINGTON RAB & MRS LH", "person"),
        ("KOTHE KJG & MRS VC T/A SANDHURST", "person"),
        ("CAREY L A E MRS", "person"),
        ("JOHN BEGGS QC", "person"),
        ("SAM CASTLEHOUSE C/O KBG CHAMBERS", "person"),
        ("SIR JOHN THURSBY COMMUNITY COLLEGE", "school"),
        ("Sir John Lillie Primary", "school"),
        ("SIR JOHN HUNT COMMUNITY SPORTS", "unknown"),
        ("MASTER GROUND SERVICES", "unknown"),
        ("Dr Kershaw’s Hospice", "unknown"),
        ("MS SOCIETY", "unknown"),
        ("SIR ROBERT MCALPINE", "unknown"),
        ("Dr Cathy Hamer TA Hughes & Co Ltd", "unknown"),
        ("KINGS CHAMBERS", "unknown"),
        ("Lancashire County Council (Direct Debit Payments)", "public_body"),
        ("(DD ONLY) Ribble Valley Borough Council", "public_body"),
        ("P . W . L . B", "public_body"),
        ("P.W.L.B. Loans", "public_body"),
        ("DR PRICE & PARTNERS - RYDAL", "gp_practice"),
        ("Devon County Council", "public_body"),
        ("LONDON BOROUGH OF HACKNEY", "public_body"),
        ("TRAFFORD MBC", "public_body"),
        ("NHS BLOOD AND TRANSPLANT", "public_body"),
        ("Lancs Teaching Hosp NHS FT", "public_body"),
        ("NHS LEWISHAM CLINICAL COMMISSIONING GROUP", "public_body"),
        ("HMRC CUMBERNAULD", "public_body"),
        ("Lancashire Constabulary", "public_body"),
        ("DEVON & SOMERSET FIRE & RESCUE", "public_body"),
        ("ST JAMES SURGERY", "gp_practice"),
        ("DR SMITH AND PARTNERS", "gp_practice"),
        ("VRANCH HOUSE SCHOOL", "school"),
        ("TORQUAY ACADEMY", "school"),
        ("VEOLIA ES (UK) LTD", "unknown"),
        ("DR MARTENS LTD", "unknown"),
        ("GLOUCESTERSHIRE RURAL COMMUNITY COUNCIL", "unknown"),
        ("BRITISH COUNCIL", "unknown"),
        ("DR TREE SURGEONS", "unknown"),
        ("DAME HANNAH ROGERS SCHOOL", "school"),
        ("BLACKPOOL COUNCIL", "public_body"),
        ("NORTHERN DEVON HEALTHCARE TRUST", "public_body"),
        ("POLICE FEDERATION", "unknown"),
        ("KETTERING GENERAL HOSPITAL NHS FT CHARITIES", "unknown"),
    ],
)
def test_a_name_claims_its_class(name, expected):
    assert class_of(name) == expected
