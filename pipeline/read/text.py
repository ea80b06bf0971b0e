"""Bytes of unknown encoding -> UTF-8, and many kinds of line end -> one."""

import codecs
import re

_ASCII = bytes(range(128))
_FIRST_BYTES = 65_536
# Letters and punctuation of western Europe as they look when their UTF-8 is read byte by byte;
# rarer sequences are accidents: the bytes of "é££" are also those of a Chinese character.
_UTF8_IN_LATIN = re.compile(
    "\xc2[\xa0-\xbf]|[\xc3-\xc9][\x80-\xbf]|\xe2[\x80-\x83][\x80-\xbf]|\xef\xbf\xbd|\xef\xbb\xbf"
)
_LEAD_BYTES = frozenset((*range(0xC2, 0xCA), 0xE2, 0xEF))
_C1_AS_CP1252 = {
    code: bytes([code]).decode("cp1252")
    for code in range(0x80, 0xA0)
    if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
# A byte order mark, and one that was itself read as cp1252 and encoded again.
_MARKS = (codecs.BOM_UTF8, "\ufeff".encode().decode("cp1252").encode())
# cp437 and cp850 write the pound sign as byte 0x9C, which cp1252 reads as "œ" (Bexley, Havering);
# other exports have lost it to U+FFFD. Next to a letter neither is a pound sign.
# The first bytes of both in UTF-8: one byte is found much faster than two.
_MAY_BE_POUNDS = ("œ".encode()[:1], "\ufffd".encode()[:1])
_POUND_AS_LIGATURE = re.compile(r"(?<![^\W\d_])œ(?![^\W\d_])")
# Exports of web applications leave the pound sign as markup.
_POUND_MARKUP = re.compile(rb"&(?:pound|#163|#x[aA]3);")
_LONE_RETURN = re.compile(rb"\r(?!\n)")
_POUND_LOST = re.compile(r"(?<!\w)\ufffd(?=-?[\d.])|(?<=\()\ufffd(?=\))")


def decode_text(data: bytes) -> tuple[bytes, str]:
    """The text as UTF-8 without marks and NULs, and the encoding it was in.

    Where not all is UTF-8 the rest is cp1252, so a file may change encoding from line to line.
    """
    text, encoding = _to_utf8(data)
    if b"\0" in text:
        text = text.replace(b"\0", b"")
    if encoding != "ascii" and any(byte in text for byte in _MAY_BE_POUNDS):
        repaired = _POUND_AS_LIGATURE.sub("£", text.decode())
        text = _POUND_LOST.sub("£", repaired).encode()
    if b";" in text:
        text = _POUND_MARKUP.sub("£".encode(), text)
    return text.rstrip(b"\x1a"), encoding


def with_line_feeds(text: bytes) -> bytes:
    """The text with a bare line feed at the end of each line."""
    if b"\r" not in text:
        return text
    if _LONE_RETURN.search(text) is None:
        return text.replace(b"\r", b"")
    # "\r\r\n" ends lines that were converted twice.
    text = text.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n")
    return text.replace(b"\r", b"\n")


def _to_utf8(data: bytes) -> tuple[bytes, str]:
    if data.isascii() and b"\0" not in data:
        return data, "ascii"
    if wide := _utf16_codec(data):
        text = data.decode(wide, errors="replace").encode(errors="replace")
        return _without_marks(text), wide
    body = _without_marks(data)
    try:
        # Most files tell soon: a character that the piece cuts in two is no fault.
        codecs.getincrementaldecoder("utf-8")().decode(body[:_FIRST_BYTES])
        body.decode()
    except UnicodeDecodeError:
        return _single_bytes_to_utf8(body)
    return body, "utf-8" if len(body) == len(data) else "utf-8-sig"


def _without_marks(text: bytes) -> bytes:
    while text.startswith(_MARKS):
        text = text.removeprefix(_MARKS[0]).removeprefix(_MARKS[1])
    return text


def _utf16_codec(data: bytes) -> str | None:
    if data.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if data.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    sample = data[:4096]
    half = max(len(sample) // 2, 1)
    if sample[1::2].count(0) > 0.6 * half and sample[::2].count(0) < 0.1 * half:
        return "utf-16-le"
    if sample[::2].count(0) > 0.6 * half and sample[1::2].count(0) < 0.1 * half:
        return "utf-16-be"
    return None


def _single_bytes_to_utf8(data: bytes) -> tuple[bytes, str]:
    if data.replace(b"\xa3", b"").isascii():
        # The pound sign alone is common, and replaced much faster than all is encoded.
        return data.replace(b"\xa3", "£".encode()), "cp1252"
    high = set(data.translate(None, _ASCII))
    latin = data.decode("latin-1")
    if high & _LEAD_BYTES:
        latin = _UTF8_IN_LATIN.sub(lambda found: found[0].encode("latin-1").decode(), latin)
    for code in sorted(high & _C1_AS_CP1252.keys()):
        latin = latin.replace(chr(code), _C1_AS_CP1252[code])
    return latin.encode(), "cp1252"
