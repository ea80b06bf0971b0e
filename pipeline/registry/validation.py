"""Makes a model of a part of a YAML file, or says in plain words why not and at which line."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from pipeline.registry.documents import Document, Location, Problem
from pipeline.registry.rules import RULE_NAMES

Model = TypeVar("Model", bound=BaseModel)

# What pydantic says in the words of Python, in the words of YAML.
PLAIN_WORDS = {
    "bool_type": "must be true or false",
    "date_from_datetime_parsing": "is not a date: write it as 2022-06-30",
    "dict_type": "must hold keys: write `key: value` lines below it",
    "model_attributes_type": "must hold keys: write `key: value` lines below it",
    "model_type": "must hold keys: write `key: value` lines below it",
    "string_type": "must be text",
    "tuple_type": "must be a list: write `- ` before each entry",
}


def validate(
    model: type[Model], document: Document, identifier: str, location: Location = ()
) -> tuple[Model | None, list[Problem]]:
    """The model made of the document's part at the location, or None and its problems.

    `identifier` becomes the model's id: it is the file's stem or the entry's key, so the part
    itself may not hold one.
    """
    part: Any = document.content
    for step in location:
        part = part[step]
    if not isinstance(part, Mapping):
        message = f"'{identifier}' holds no keys: write `key: value` lines"
        return None, [document.problem(location, message)]
    if "id" in part:
        message = _unknown_key_message("id", model)
        return None, [document.problem((*location, "id"), message)]
    try:
        return model.model_validate({**part, "id": identifier}), []
    except ValidationError as error:
        return None, [
            document.problem((*location, *fault["loc"]), _message(model, fault))
            for fault in error.errors(include_url=False)
        ]


def _message(model: type[BaseModel], fault: Mapping[str, Any]) -> str:
    location: Location = fault["loc"]
    key = str(location[-1]) if location else ""
    if fault["type"] not in ("extra_forbidden", "missing") and fault["input"] is None:
        allowed = fault.get("ctx", {}).get("expected")
        return f"'{_dotted(location)}' has no value" + (f": say {allowed}" if allowed else "")
    match fault["type"]:
        case "extra_forbidden":
            return _unknown_key_message(key, _model_at(model, location[:-1]))
        case "missing":
            return f"'{_dotted(location)}' is missing"
        case "literal_error":
            return f"{_dotted(location)}: '{fault['input']}' is none of {fault['ctx']['expected']}"
        case "union_tag_invalid":
            expected = fault["ctx"]["expected_tags"]
            return f"{_dotted(location)}: rule '{fault['ctx']['tag']}' is none of {expected}"
        case "union_tag_not_found":
            return f"'{_dotted(location)}.rule' is missing"
    said = PLAIN_WORDS.get(fault["type"]) or str(fault["msg"]).removeprefix("Value error, ")
    return f"{_dotted(location)}: {said}" if location else said


def _dotted(location: Location) -> str:
    # Pydantic puts the branch of a union ("links_on_page", "list") and "[key]" into the location.
    branches = {*RULE_NAMES, "name", "list", "[key]"}
    first, *rest = location
    return ".".join([str(first), *(str(part) for part in rest if part not in branches)])


def _unknown_key_message(key: str, model: type[BaseModel]) -> str:
    allowed = [field.alias or name for name, field in model.model_fields.items() if name != "id"]
    allowed.sort(key=lambda name: name != "rule")
    return f"unknown key '{key}'; allowed here: {', '.join(allowed)}"


def _model_at(model: type[BaseModel], location: Location) -> type[BaseModel]:
    """The model that describes the mapping at a location of a pydantic error."""
    branches: Sequence[type[BaseModel]] = [model]
    for part in location:
        if isinstance(part, int):
            continue
        tagged = [branch for branch in branches if part in _tags(branch)]
        if tagged:
            branches = tagged
            continue
        for branch in branches:
            for name, field in branch.model_fields.items():
                if part in {name, field.alias}:
                    branches = list(_models_in(field.annotation)) or branches
                    break
    return branches[0]


def _tags(model: type[BaseModel]) -> tuple[object, ...]:
    rule = model.model_fields.get("rule")
    return get_args(rule.annotation) if rule else ()


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    else:
        for argument in get_args(annotation):
            yield from _models_in(argument)
