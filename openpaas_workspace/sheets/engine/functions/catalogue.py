"""Brings in all families, so that their functions are in the table."""

from __future__ import annotations

import importlib

FAMILIES = (
    "logic",
    "arithmetic",
    "rounding",
    "aggregates",
    "statistics",
    "conditional",
    "keyed",
    "information",
    "lookup",
    "arrays",
    "texts",
    "formats",
    "dates",
    "finance",
    "lambdas",
    "randoms",
)


def load() -> None:
    """Imports each family once."""
    for family in FAMILIES:
        importlib.import_module(f".{family}", __package__)
