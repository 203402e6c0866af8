"""ROUND and its kin. What differs from a tie or a whole number only by binary rounding counts as one, as in Excel."""

from __future__ import annotations

import numpy as np

from ..values import Error, Mask, Numbers, as_mask, as_numbers
from .coerce import Errors
from .registry import elementwise

_NEARLY = 2.0**-50
_WHOLE = 2.0**52  # from here on each float is whole


def _scaled(numbers: Numbers, digits: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Magnitudes times 10^digits, the digits cut to whole numbers, and the power of ten."""
    places = np.trunc(digits)
    power = np.power(10.0, np.minimum(np.abs(places), 308.0))
    size = np.abs(numbers)
    return np.where(places >= 0, size * power, size / power), places, power


def _unscaled(numbers: Numbers, whole: Numbers, scaled: Numbers, places: Numbers, power: Numbers) -> Numbers:
    result = np.where(places >= 0, whole / power, whole * power)
    untouched = ((scaled >= _WHOLE) & (places >= 0)) | ~np.isfinite(scaled)
    return np.where(untouched, numbers, np.copysign(result, numbers)) + 0.0


@elementwise("ROUND", "nn")
def round_(numbers: Numbers, digits: Numbers) -> Numbers:
    """ROUND(number, digits): ties go away from 0."""
    scaled, places, power = _scaled(numbers, digits)
    whole = np.floor(scaled * (1 + _NEARLY) + 0.5)
    return _unscaled(numbers, whole, scaled, places, power)


def _near_whole(scaled: Numbers) -> tuple[Numbers, Mask]:
    nearest = np.rint(scaled)
    return nearest, as_mask(np.abs(scaled - nearest) <= scaled * _NEARLY)


@elementwise("ROUNDUP", "nn")
def roundup(numbers: Numbers, digits: Numbers) -> Numbers:
    """ROUNDUP(number, digits): away from 0."""
    scaled, places, power = _scaled(numbers, digits)
    nearest, near = _near_whole(scaled)
    return _unscaled(numbers, np.where(near, nearest, np.ceil(scaled)), scaled, places, power)


@elementwise("ROUNDDOWN", "nn")
def rounddown(numbers: Numbers, digits: Numbers) -> Numbers:
    """ROUNDDOWN(number, digits): towards 0."""
    scaled, places, power = _scaled(numbers, digits)
    nearest, near = _near_whole(scaled)
    return _unscaled(numbers, np.where(near, nearest, np.floor(scaled)), scaled, places, power)


@elementwise("TRUNC", "nn", 0.0)
def trunc(numbers: Numbers, digits: Numbers) -> Numbers:
    """TRUNC(number, digits): towards 0."""
    return rounddown(numbers, digits)


@elementwise("INT", "n")
def int_(numbers: Numbers) -> Numbers:
    """INT(number): the next whole number below."""
    return np.floor(numbers)


def _multiple(numbers: Numbers, step: Numbers, whole: np.ufunc) -> Numbers:
    ratio = np.where(step == 0, 0.0, numbers / np.where(step == 0, 1.0, step))
    nearest = np.rint(ratio)
    near = np.abs(ratio - nearest) <= np.abs(ratio) * _NEARLY
    return _times(np.where(near, nearest, whole(ratio)), step)


def _times(count: Numbers, step: Numbers) -> Numbers:
    """`count * step` with the digits of the step's own decimals: 23 times 0.1 is 2.3."""
    inverse = np.where(step == 0, 0.0, 1.0 / np.where(step == 0, 1.0, step))
    rounded = np.rint(inverse)
    exact = (np.abs(inverse) >= 2) & (rounded != 0) & (1.0 / np.where(rounded == 0, 1.0, rounded) == step)
    return np.where(exact, count / np.where(exact, rounded, 1.0), count * step) + 0.0


def _signs(numbers: Numbers, step: Numbers) -> Errors:
    return np.where((numbers > 0) & (step < 0), Error.NUM, 0).astype(np.uint8)


@elementwise("MROUND", "nn")
def mround(numbers: Numbers, step: Numbers) -> tuple[Numbers, Errors]:
    """MROUND(number, multiple): both of one sign."""
    wrong = np.where(numbers * step < 0, Error.NUM, 0).astype(np.uint8)
    ratio = np.where(step == 0, 0.0, numbers / np.where(step == 0, 1.0, step))
    return _times(np.floor(ratio * (1 + _NEARLY) + 0.5), step), wrong


@elementwise("CEILING", "nn")
def ceiling(numbers: Numbers, step: Numbers) -> tuple[Numbers, Errors]:
    """CEILING(number, multiple)."""
    return _multiple(numbers, step, np.ceil), _signs(numbers, step)


@elementwise("FLOOR", "nn")
def floor(numbers: Numbers, step: Numbers) -> tuple[Numbers, Errors]:
    """FLOOR(number, multiple): `#DIV/0!` for 0."""
    zero = (step == 0) & (numbers != 0)
    return _multiple(numbers, step, np.floor), np.where(zero, Error.DIV0, _signs(numbers, step)).astype(
        np.uint8
    )


@elementwise("EVEN", "n")
def even(numbers: Numbers) -> Numbers:
    """EVEN(number): the next even number away from 0."""
    return as_numbers(np.copysign(np.ceil(np.abs(numbers) / 2) * 2, numbers) + 0.0)


@elementwise("ODD", "n")
def odd(numbers: Numbers) -> Numbers:
    """ODD(number): the next odd number away from 0."""
    size = np.maximum(np.ceil((np.abs(numbers) - 1) / 2) * 2 + 1, 1.0)
    return as_numbers(np.copysign(size, numbers))
