"""The kinds of text that the registry's YAML holds, each refused where it is malformed."""

import re
from datetime import date
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

import soupsieve
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints

Element = TypeVar("Element", bound=str)


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return pattern


def _is_selector(selector: str) -> str:
    try:
        soupsieve.compile(selector)
    except soupsieve.SelectorSyntaxError as error:
        raise ValueError(f"not a CSS selector: {str(error).splitlines()[0]}") from error
    return selector


def _is_web_address(address: str) -> str:
    try:
        parts = urlsplit(address)
        has_host = bool(parts.hostname)
    except ValueError as error:
        raise ValueError(f"not a web address: {error}") from error
    if parts.scheme not in {"http", "https"} or not has_host or re.search(r"\s", address):
        raise ValueError("not a web address: write it whole, from http:// or https://")
    return address


def _first_of_month(value: object) -> date:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", value):
        return date(int(value[:4]), int(value[5:]), 1)
    raise ValueError("not a month: write it as 2024-04")


def some_and_all_different(values: tuple[Element, ...]) -> tuple[Element, ...]:
    """Refuse an empty list and one that holds something twice."""
    if not values:
        raise ValueError("is empty: it needs at least one entry")
    return all_different(values)


def all_different(values: tuple[Element, ...]) -> tuple[Element, ...]:
    """Refuse a list that holds something twice."""
    repeated = {value for value in values if values.count(value) > 1}
    if repeated:
        raise ValueError(f"stands twice in the list: {', '.join(sorted(repeated))}")
    return values


def _shaped(pattern: str, wanted: str) -> AfterValidator:
    """Refuse text that is not wholly the pattern, saying what is wanted."""
    shape = re.compile(pattern)

    def check(text: str) -> str:
        if shape.fullmatch(text) is None:
            raise ValueError(f"'{text}' is not {wanted}")
        return text

    return AfterValidator(check)


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
# Ids become file names (payments/<publisher_id>.parquet), so they hold nothing a path could use.
Identifier = Annotated[
    str,
    _shaped(
        r"[a-z][a-z0-9_]{0,63}",
        "an id: small letters, digits and underscores, beginning with a letter",
    ),
]
LadCode = Annotated[
    str, _shaped(r"[A-Z]\d{8}", "a GSS code: a letter and eight digits, such as E07000123")
]
OdsCode = Annotated[str, _shaped(r"[A-Z0-9]{3,6}", "an NHS ODS code, such as RXN")]
WebAddress = Annotated[Text, AfterValidator(_is_web_address)]
HostName = Annotated[
    str, _shaped(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?", "a host, such as www.torbay.gov.uk")
]
Pattern = Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(_compiles)]
Selector = Annotated[
    str, StringConstraints(min_length=1, max_length=500), AfterValidator(_is_selector)
]
CertificateFile = Annotated[
    str, _shaped(r"[a-z0-9][a-z0-9_-]{0,100}\.pem", "the name of a file, such as blackburn.pem")
]
Month = Annotated[date, BeforeValidator(_first_of_month)]
LadCodes = Annotated[tuple[LadCode, ...], AfterValidator(some_and_all_different)]


class RegistryModel(BaseModel):
    """A piece of the registry: unknown keys are refused and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)
