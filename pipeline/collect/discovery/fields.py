"""The fields of a form on a web page, as a browser would send them."""

from bs4 import BeautifulSoup
from bs4.element import Tag

from pipeline.collect.attempts import FormPairs
from pipeline.collect.discovery.anchors import ancestor

_MOST_FIELDS = 2_000
_LONGEST_VALUE = 1_000_000
_FORM_LEVELS = 100
# What a browser sends only when it is pressed or chosen, and files.
_NOT_SENT = frozenset({"submit", "button", "image", "reset", "file"})
_ONLY_IF_CHECKED = frozenset({"checkbox", "radio"})


def hidden_fields(element: Tag) -> FormPairs:
    """The hidden fields of the form around the element, or of the page where there is no form."""
    return tuple(
        (str(field["name"]), _value(field)) for field in _sent(element, 'input[type="hidden" i]')
    )


def all_fields(element: Tag) -> FormPairs:
    """Every field of the form around the element, or of the page, that a browser would send."""
    found = []
    for field in _sent(element, "input[name], select[name], textarea[name]"):
        name = str(field["name"])
        if field.name == "textarea":
            found.append((name, field.get_text()))
        elif field.name == "select":
            found += [(name, _value(choice)) for choice in _chosen(field)]
        else:
            kind = str(field.get("type") or "").lower()
            is_left_out = kind in _ONLY_IF_CHECKED and not field.has_attr("checked")
            if kind not in _NOT_SENT and not is_left_out:
                found.append((name, _value(field)))
    return tuple(found)


def field_value(soup: BeautifulSoup, name: str) -> str:
    """The value of the page's first field of this name, "" where there is none."""
    for field in soup.find_all("input", attrs={"name": name}, limit=1):
        return _value(field)
    return ""


def form_of(element: Tag) -> Tag | None:
    """The form around an element."""
    return ancestor(element, ("form",), _FORM_LEVELS)


def _sent(element: Tag, selector: str) -> list[Tag]:
    around = form_of(element) or list(element.parents)[-1]
    found = around.select(selector, limit=_MOST_FIELDS)
    return [field for field in found if field.get("name") and not field.has_attr("disabled")]


def _chosen(select: Tag) -> list[Tag]:
    """The selected choices; the first where none is and only one can be."""
    choices = select.find_all("option", limit=_MOST_FIELDS)
    selected = [choice for choice in choices if choice.has_attr("selected")]
    if selected or select.has_attr("multiple"):
        return selected
    return choices[:1]


def _value(field: Tag) -> str:
    value = field.get("value")
    return (field.get_text() if value is None and field.name == "option" else str(value or ""))[
        :_LONGEST_VALUE
    ]
