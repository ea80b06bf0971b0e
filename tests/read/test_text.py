import pytest

from pipeline.read.text import decode_text, with_line_feeds


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        (b"plain", "plain", "ascii"),
        ("£5".encode(), "£5", "utf-8"),
        ("£5".encode("utf-8-sig"), "£5", "utf-8-sig"),
        ("\ufeff£5".encode("utf-8-sig"), "£5", "utf-8-sig"),
        ("\ufeff\ufeff".encode().decode("cp1252").encode() + b"a", "a", "utf-8-sig"),
        ("£5 – café".encode("cp1252"), "£5 – café", "cp1252"),
        ("£5, naïve text".encode("utf-16"), "£5, naïve text", "utf-16-le"),
        ("£5, naïve text".encode("utf-16-le"), "£5, naïve text", "utf-16-le"),
        ("£5, naïve text".encode("utf-16-be"), "£5, naïve text", "utf-16-be"),
        ("£5, naïve".encode("utf-16") + b"x", "£5, naïve\ufffd", "utf-16-le"),
    ],
)
def test_encodings_are_told_apart_by_the_bytes(data, text, encoding):
    assert decode_text(data) == (text.encode(), encoding)


def test_a_file_may_change_encoding_from_line_to_line():
    data = "utf-8 £ café\n".encode() + "cp1252 £ café\n".encode("cp1252")
    assert decode_text(data)[0].decode() == "utf-8 £ café\ncp1252 £ café\n"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"Net Amount(\x9c)", "Net Amount(£)"),
        (b"Adaptations<\x9c750", "Adaptations<£750"),
        (b"\x9c1,234.50", "£1,234.50"),
        ("œ1,234.50".encode(), "£1,234.50"),
        ("Amount \ufffd1,234.50 and (\ufffd)".encode(), "Amount £1,234.50 and (£)"),
        ("\ufffd-20.00".encode(), "£-20.00"),
    ],
)
def test_a_ligature_or_lost_character_before_an_amount_is_a_pound_sign(data, text):
    assert decode_text(data)[0].decode() == text


def test_pound_signs_in_markup_are_pound_signs():
    text = b"Supplier,Amount &pound;\nA &amp; B,&#163;20.00\n"
    assert decode_text(text)[0].decode() == "Supplier,Amount £\nA &amp; B,£20.00\n"


@pytest.mark.parametrize("name", ["Sacré-Cœur Ltd", "Manœuvre", "O\ufffdBrien", "caf\ufffd 1"])
def test_a_ligature_or_lost_character_in_a_word_stays(name):
    assert decode_text(name.encode())[0].decode() == name


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r", b"\r\r\n"])
def test_every_line_end_becomes_a_line_feed(line_end):
    assert with_line_feeds(line_end.join([b"a", b"b", b"c"])) == b"a\nb\nc"


def test_nuls_and_the_old_end_of_file_mark_are_dropped():
    assert decode_text(b"a\0b,c\r\n\x1a")[0] == b"ab,c\r\n"
