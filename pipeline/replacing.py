"""Puts a folder that was written beside another in its place."""

import shutil
from pathlib import Path


def building_of(target: Path) -> Path:
    """Where the next version of a folder is written."""
    return target.with_name(f"{target.name}.building")


def before_of(target: Path) -> Path:
    """Where the old version of a folder is while the next one takes its place."""
    return target.with_name(f"{target.name}.before")


def replace_folder(target: Path) -> None:
    """Put what was written to building_of() in the place of the folder that is there.

    A process that dies between both renames leaves the old folder as before_of(), never a half one.
    """
    before = before_of(target)
    shutil.rmtree(before, ignore_errors=True)
    if target.exists():
        target.replace(before)
    building_of(target).replace(target)
    shutil.rmtree(before, ignore_errors=True)
