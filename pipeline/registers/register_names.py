"""The registers, by the short names that they go by in files and matches."""

from collections.abc import Mapping

# Registers of places, each a published table of its own.
REGISTERS_OF_PLACES = ("postcodes", "wards", "districts")
REGISTER_NAMES: Mapping[str, str] = {
    "coh": "companies",
    "chc": "charities",
    "mpr": "mutuals",
    "gias": "schools",
    "ods": "nhs",
    "lad": "local_authorities",
    "pub": "public_bodies",
    **{register: register for register in REGISTERS_OF_PLACES},
}
