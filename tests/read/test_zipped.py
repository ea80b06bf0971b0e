import io
import zipfile

import pytest

from pipeline.errors import RefusedFileError
from pipeline.read import Limits, read_workbook

TABLE = b"Supplier,Amount\nAcme,1.00\n"


def zip_of(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_members_are_grids_named_by_member():
    workbook = read_workbook(zip_of({"april.csv": TABLE, "more/may.csv": TABLE}))
    assert workbook.format == "zip"
    assert [grid.name for grid in workbook.grids] == ["april.csv", "more/may.csv"]


def test_a_zip_within_a_zip_is_read():
    inner = zip_of({"april.csv": TABLE})
    (grid,) = read_workbook(zip_of({"inner.zip": inner})).grids
    assert grid.name == "inner.zip/april.csv"


def test_deeper_zips_are_refused():
    data = zip_of({"april.csv": TABLE})
    for _ in range(3):
        data = zip_of({"inner.zip": data})
    with pytest.raises(RefusedFileError, match="deeper than the limit"):
        read_workbook(data)


def test_members_that_hold_no_table_are_warnings():
    workbook = read_workbook(zip_of({"april.csv": TABLE, "logo.png": b"\x89PNG\r\n\x1a\n" * 9}))
    assert len(workbook.grids) == 1
    assert workbook.warnings == ("logo.png: The file is a PNG image, not a table of payments.",)


def test_what_macos_adds_is_passed_over():
    members = {"april.csv": TABLE, "__MACOSX/._april.csv": b"\0\5\x16\7", ".DS_Store": b"\0"}
    assert read_workbook(zip_of(members)).warnings == ()


def test_a_folder_called_word_makes_no_word_document():
    assert len(read_workbook(zip_of({"word/april.csv": TABLE, "ppt/may.csv": TABLE})).grids) == 2


def test_a_zip_without_a_table_is_refused_with_the_causes():
    with pytest.raises(RefusedFileError, match="empty"):
        read_workbook(zip_of({"april.csv": b""}))


def test_a_bomb_is_refused_before_it_is_unpacked():
    with pytest.raises(RefusedFileError, match="times its size"):
        read_workbook(zip_of({"bomb.csv": b"0" * 50_000_000}))


def test_nested_bombs_do_not_add_up():
    bomb = zip_of({f"{at}.csv": TABLE * 2_000 for at in range(5)})
    outer = zip_of({f"{at}.zip": bomb for at in range(20)})
    assert len(read_workbook(outer).grids) == 100
    with pytest.raises(RefusedFileError, match="split it"):
        read_workbook(outer, Limits(max_unpacked_bytes=1_000_000))


def test_more_members_than_the_limit_are_refused():
    data = zip_of({f"{at}.csv": TABLE for at in range(4)})
    with pytest.raises(RefusedFileError, match="4 members"):
        read_workbook(data, Limits(max_zip_members=3))


def test_a_protected_member_is_named_as_such():
    data = bytearray(zip_of({"april.csv": TABLE}))
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + flags] |= 1
    with pytest.raises(RefusedFileError, match="password"):
        read_workbook(bytes(data))
