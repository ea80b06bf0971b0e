"""The keys of Dagster's assets, and whose they are."""

import re

import dagster as dg

from pipeline.registers.register_names import REGISTER_NAMES
from pipeline.settings import Settings
from pipeline.sql_models import SqlProject

SUPPLIERS = dg.AssetKey(["identified", "suppliers"])
SUPPLIER_PLACES = dg.AssetKey(["identified", "supplier_places"])
ORGANISATIONS = dg.AssetKey(["identified", "organisations"])
REGISTRY = dg.AssetKey(["registry"])


def owners(settings: Settings) -> list[str]:
    """Whom Dagster names beside each asset: the operator's mail address, where it is told."""
    contact = settings.contact
    if contact and re.fullmatch(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", contact):
        return [contact]
    return ["team:anchorspend"]


def payments_key(publisher_id: str) -> dg.AssetKey:
    """The asset of one publisher's payments."""
    return dg.AssetKey(["payments", publisher_id])


def register_key(register: str) -> dg.AssetKey:
    """The asset of one register."""
    return dg.AssetKey(["registers", REGISTER_NAMES[register]])


def model_key(project: SqlProject, name: str) -> dg.AssetKey:
    """The asset of one SQL model or seed: its schema and its name."""
    return dg.AssetKey([project.tables[name].schema, name])
