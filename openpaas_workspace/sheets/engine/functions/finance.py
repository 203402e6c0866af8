"""PMT, PV, FV, NPER, RATE, NPV, IRR, IPMT, PPMT, SLN, EFFECT, NOMINAL."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np

from ..values import Error, Numbers, Scalar, as_numbers
from .arrays import number
from .coerce import powers
from .registry import cellwise, elementwise, function
from .runtime import Context, Failure, Omitted, Value
from .statistics import collected

STEPS = 100
CLOSE = 1e-12


def _growth(rate: Numbers, periods: Numbers) -> tuple[Numbers, Numbers]:
    """(1+rate)^periods, and what one unit a period grows to."""
    grown = powers(1 + rate, periods)
    precise = np.expm1(periods * np.log1p(np.where(rate > -1, rate, 0.0)))
    total = np.where(rate > -1, precise, grown - 1)
    return grown, np.where(rate == 0, periods, total / np.where(rate == 0, 1.0, rate))


@elementwise("PMT", "nnnnn", 0.0, 0.0)
def pmt(rate: Numbers, periods: Numbers, present: Numbers, future: Numbers, due: Numbers) -> Numbers:
    """PMT(rate, periods, present value, future value, due at the start)."""
    grown, factor = _growth(rate, periods)
    return as_numbers(-(present * grown + future) / (factor * (1 + rate * (due != 0))))


@elementwise("PV", "nnnnn", 0.0, 0.0)
def pv(rate: Numbers, periods: Numbers, payment: Numbers, future: Numbers, due: Numbers) -> Numbers:
    """PV(rate, periods, payment, future value, due at the start)."""
    grown, factor = _growth(rate, periods)
    return as_numbers(-(payment * (1 + rate * (due != 0)) * factor + future) / grown)


@elementwise("FV", "nnnnn", 0.0, 0.0)
def fv(rate: Numbers, periods: Numbers, payment: Numbers, present: Numbers, due: Numbers) -> Numbers:
    """FV(rate, periods, payment, present value, due at the start)."""
    grown, factor = _growth(rate, periods)
    return as_numbers(-(payment * (1 + rate * (due != 0)) * factor + present * grown))


@elementwise("NPER", "nnnnn", 0.0, 0.0)
def nper(rate: Numbers, payment: Numbers, present: Numbers, future: Numbers, due: Numbers) -> Numbers:
    """NPER(rate, payment, present value, future value, due at the start)."""
    paid = payment * (1 + rate * (due != 0))
    grown = np.log((paid - future * rate) / (paid + present * rate)) / np.log1p(rate)
    return np.where(rate == 0, -(present + future) / payment, grown)


def _solved(value: Callable[[float], float], guess: float) -> float:
    """A root by the secant rule from a guess, else between brackets around it. Fails with `#NUM!`."""
    low, high = guess, guess + (0.01 if guess < 1 else guess * 0.01)
    at_low, at_high = value(low), value(high)
    for _ in range(STEPS):
        if at_high == at_low or not np.isfinite(at_high):
            break
        low, high, at_low = high, high - at_high * (high - low) / (at_high - at_low), at_high
        if high <= -1 or not np.isfinite(high):
            break
        at_high = value(high)
        if abs(high - low) < CLOSE * max(1.0, abs(high)):
            return high
    return _bisected(value)


def _bisected(value: Callable[[float], float]) -> float:
    points = [-0.99, -0.9, -0.5, -0.1, -0.01, 0.0, 0.01, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 100.0]
    for low, high in itertools.pairwise(points):
        first, second = value(low), value(high)
        if np.isfinite(first) and np.isfinite(second) and first * second <= 0:
            return _halved(value, low, high, first)
    raise Failure(Error.NUM)


def _halved(value: Callable[[float], float], low: float, high: float, first: float) -> float:
    for _ in range(200):
        middle = (low + high) / 2
        at_middle = value(middle)
        if first * at_middle <= 0:
            high = middle
        else:
            low, first = middle, at_middle
    return (low + high) / 2


@cellwise("RATE", "nnnnnn", 0.0, 0.0, 0.1)
def rate(periods: float, payment: float, present: float, *rest: float) -> Scalar:
    """RATE(periods, payment, present value, future value, due at the start, guess)."""
    future, due, guess = rest
    if periods <= 0 or guess <= -1:
        return Error.NUM

    def value(candidate: float) -> float:
        with np.errstate(all="ignore"):
            grown, factor = _growth(np.array([candidate]), np.array([periods]))
            return float((present * grown + payment * (1 + candidate * (due != 0)) * factor + future)[0])

    return _solved(value, guess)


def _discounted(candidate: float, flows: Numbers, first: int) -> float:
    with np.errstate(all="ignore"):
        return float(
            np.sum(
                flows
                / powers(np.array(1 + candidate), np.arange(first, first + flows.size, dtype=np.float64))
            )
        )


@function("NPV", 2, 255)
def npv(context: Context, arguments: list[Value]) -> Value:
    """NPV(rate, value, …): the first value is one period from now."""
    candidate = number(context, arguments, 0, 0.0)
    if candidate == -1:
        return Error.DIV0
    result = _discounted(candidate, collected(context, arguments[1:]), 1)
    return result if np.isfinite(result) else Error.NUM


@function("IRR", 1, 2)
def irr(context: Context, arguments: list[Value]) -> Value:
    """IRR(values, guess): needs income and expense."""
    flows = collected(context, arguments[:1])
    guess = (
        0.1 if len(arguments) < 2 or isinstance(arguments[1], Omitted) else number(context, arguments, 1, 0.1)
    )
    if not ((flows > 0).any() and (flows < 0).any()) or guess <= -1:
        return Error.NUM
    return _solved(lambda candidate: _discounted(candidate, flows, 0), guess)


@elementwise("IPMT", "nnnnnn", 0.0, 0.0)
def ipmt(rate_: Numbers, period: Numbers, periods: Numbers, present: Numbers, *rest: Numbers) -> Numbers:
    """IPMT(rate, period, periods, present value, future value, due at the start): the interest in a payment."""
    future, due = rest
    payment = pmt(rate_, periods, present, future, due)
    early = due != 0
    before = fv(rate_, period - 1, payment, present, due)
    interest = before * rate_ / np.where(early, 1 + rate_, 1.0)
    interest = np.where(early & (period == 1), 0.0, interest)
    return np.where((period < 1) | (period >= periods + 1), np.nan, interest)


@elementwise("PPMT", "nnnnnn", 0.0, 0.0)
def ppmt(rate_: Numbers, period: Numbers, periods: Numbers, present: Numbers, *rest: Numbers) -> Numbers:
    """PPMT(rate, period, periods, present value, future value, due at the start): the principal in a payment."""
    return pmt(rate_, periods, present, *rest) - ipmt(rate_, period, periods, present, *rest)


@elementwise("SLN", "nnn")
def sln(cost: Numbers, salvage: Numbers, life: Numbers) -> tuple[Numbers, Numbers]:
    """SLN(cost, salvage, life)."""
    zero = life == 0
    return (cost - salvage) / np.where(zero, 1.0, life), np.where(zero, Error.DIV0, 0).astype(np.uint8)


@elementwise("EFFECT", "nn")
def effect(nominal_rate: Numbers, periods: Numbers) -> Numbers:
    """EFFECT(nominal rate, periods a year)."""
    count = np.trunc(periods)
    wrong = (nominal_rate <= 0) | (count < 1)
    return np.where(wrong, np.nan, powers(1 + nominal_rate / count, count) - 1)


@elementwise("NOMINAL", "nn")
def nominal(effective: Numbers, periods: Numbers) -> Numbers:
    """NOMINAL(effective rate, periods a year)."""
    count = np.trunc(periods)
    wrong = (effective <= 0) | (count < 1)
    return np.where(wrong, np.nan, count * (powers(1 + effective, 1 / count) - 1))
