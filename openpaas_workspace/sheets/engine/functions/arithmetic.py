"""Elementary arithmetic, roots, logarithms and trigonometry."""

from __future__ import annotations

import math

import numpy as np

from ..values import Error, Numbers
from .coerce import Errors, powers
from .registry import elementwise, function
from .runtime import Context, Value

NEARLY = 2.0**-50  # a ratio this near to a whole number is one, as in Excel


@elementwise("ABS", "n")
def abs_(numbers: Numbers) -> Numbers:
    """ABS(number)."""
    return np.abs(numbers)


@elementwise("MOD", "nn")
def mod(numbers: Numbers, divisor: Numbers) -> tuple[Numbers, Errors]:
    """MOD(number, divisor): the result has the divisor's sign."""
    zero = divisor == 0
    safe = np.where(zero, 1.0, divisor)
    ratio = numbers / safe
    nearest = np.rint(ratio)
    whole = np.abs(ratio - nearest) <= np.abs(ratio) * NEARLY
    rest = np.where(whole, 0.0, numbers - safe * np.floor(ratio))
    return rest + 0.0, np.where(zero, Error.DIV0, 0).astype(np.uint8)


@elementwise("QUOTIENT", "nn")
def quotient(numbers: Numbers, divisor: Numbers) -> tuple[Numbers, Errors]:
    """QUOTIENT(number, divisor): the whole part."""
    zero = divisor == 0
    return np.trunc(numbers / np.where(zero, 1.0, divisor)) + 0.0, np.where(zero, Error.DIV0, 0).astype(
        np.uint8
    )


@elementwise("SQRT", "n")
def sqrt(numbers: Numbers) -> Numbers:
    """SQRT(number)."""
    return np.sqrt(numbers)


@elementwise("EXP", "n")
def exp(numbers: Numbers) -> Numbers:
    """EXP(number)."""
    return np.exp(numbers)


@elementwise("LN", "n")
def ln(numbers: Numbers) -> Numbers:
    """LN(number): `#NUM!` unless it is positive."""
    return np.log(numbers)


@elementwise("LOG10", "n")
def log10(numbers: Numbers) -> Numbers:
    """LOG10(number)."""
    return np.log10(numbers)


@elementwise("LOG", "nn", 10.0)
def log(numbers: Numbers, base: Numbers) -> tuple[Numbers, Errors]:
    """LOG(number, base)."""
    quotient_ = np.log(numbers) / np.where(base == 1, 1.0, np.log(base))
    result = np.where(base == 10, np.log10(numbers), np.where(base == 2, np.log2(numbers), quotient_))
    return result, np.where((base == 1) & (numbers > 0), Error.DIV0, 0).astype(np.uint8)


@elementwise("SIGN", "n")
def sign(numbers: Numbers) -> Numbers:
    """SIGN(number)."""
    return np.sign(numbers)


@function("PI", 0, 0)
def pi(_context: Context, _arguments: list[Value]) -> Value:
    """PI()."""
    return math.pi


for _name, _ufunc in (
    ("SIN", np.sin),
    ("COS", np.cos),
    ("TAN", np.tan),
    ("ASIN", np.arcsin),
    ("ACOS", np.arccos),
    ("ATAN", np.arctan),
    ("DEGREES", np.degrees),
    ("RADIANS", np.radians),
):
    elementwise(_name, "n")(_ufunc)


@elementwise("POWER", "nn")
def power(numbers: Numbers, exponent: Numbers) -> tuple[Numbers, Errors]:
    """POWER(number, exponent)."""
    nothing = (numbers == 0) & (exponent == 0)
    inverse = (numbers == 0) & (exponent < 0)
    errors = np.where(nothing, Error.NUM, np.where(inverse, Error.DIV0, 0)).astype(np.uint8)
    return powers(numbers, exponent), errors
