"""Link labels and addresses as plain text: spaces, percent signs and file names put in order."""

import re
import unicodedata
from urllib.parse import parse_qs, unquote, urlsplit

from pipeline.collect.attempts import DROPPED

# Zero-width spaces and joiners, soft hyphens, direction and byte order marks in link texts.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_EXTENSION = re.compile(r"(?i)\.(?:csv|tsv|txt|xlsx?|xlsm|xlsb|ods|pdf|zip|json|xml|html?|aspx?)$")
_FORMAT_AT_END = re.compile(r"(?i)\.(csv|tsv|txt|xlsx|xls|xlsm|xlsb|ods|pdf|zip|json|xml)$")
_FORMAT_IN_LABEL = re.compile(r"(?i)\b(csv|xlsx|xls|ods|pdf|zip|excel)\b")
_FORMAT_WORDS = {"excel": "xlsx"}
# "/media/4711/april-2019/download": the last piece names what the server does, not the file.
_VERBS = frozenset({"download", "file", "view", "content", "inline", "raw"})
# More than any label or file name; what is longer is a page's text inside a link.
_LONGEST_LABEL = 500
_NAMING_PARAMETERS = ("filename", "file", "name", "period")


def clean_label(text: str) -> str:
    """One line of at most 500 characters, without invisible ones and without runs of spaces."""
    folded = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text[: 20 * _LONGEST_LABEL]))
    return " ".join(folded.split())[:_LONGEST_LABEL].rstrip()


def folders_and_name(url: str) -> tuple[list[str], str]:
    """The decoded folders of an address, and the file's name without its extension.

    Addresses are decoded twice: Data Mill North writes %2520 for a space. WordPress Download
    Manager holds the name in ?filename=, Lancashire's form the month in ?Period=.
    """
    if url.startswith(DROPPED):
        pieces, query = url.removeprefix(DROPPED).split("/"), ""
    else:
        try:
            path, query = urlsplit(url)[2:4]
        except ValueError:
            # "http://[may.csv": no address, but it may still name a month.
            path, query = url, ""
        pieces = [_decoded(piece) for piece in path.split("/")]
    pieces = [clean_label(piece) for piece in pieces if piece.strip()]
    while len(pieces) > 1 and pieces[-1].lower() in _VERBS:
        pieces.pop()
    parameters = {name.lower(): values[0] for name, values in parse_qs(query).items()}
    for name in _NAMING_PARAMETERS:
        if name in parameters:
            return pieces, without_extension(_decoded(parameters[name]))
    if not pieces:
        return [], ""
    return pieces[:-1], without_extension(pieces[-1])


def format_hint(label: str, url: str) -> str:
    """The format of a file by its address, else by its label ("May 2024 [xlsx] 23KB"), or ""."""
    if not url.startswith(DROPPED):
        try:
            parts = urlsplit(url)
        except ValueError:
            return ""
        named = [
            parts.path,
            *(value for values in parse_qs(parts.query).values() for value in values),
        ]
        for text in named:
            if found := _FORMAT_AT_END.search(text):
                return found[1].lower()
    if found := _FORMAT_IN_LABEL.search(label):
        word = found[1].lower()
        return _FORMAT_WORDS.get(word, word)
    return ""


def without_extension(name: str) -> str:
    """A file name or label without ".csv" and the like at its end."""
    return _EXTENSION.sub("", clean_label(name))


def _decoded(text: str) -> str:
    return unquote(unquote(text))
