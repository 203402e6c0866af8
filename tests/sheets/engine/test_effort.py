"""A formula that would go on for hours ends, and the others are calculated all the same."""

import gc
import signal
from collections.abc import Iterator

import pytest

from openpaas_workspace.sheets import schemas as s
from openpaas_workspace.sheets.engine.effort import Effort
from tests.sheets.host import Host

FOR_HOURS = (
    "=REDUCE(0,SEQUENCE(10^6),LAMBDA(a,b,REDUCE(a,SEQUENCE(10^6),LAMBDA(c,d,c+d))))",
    '=IFERROR(SUM(MAP(SEQUENCE(10^6),LAMBDA(x,SUM(MAP(SEQUENCE(10^6),LAMBDA(y,x*y)))))),"caught")',
    '=SUM(COUNTIF(C1:C5000,SEQUENCE(100000)&"*"))',
)


@pytest.fixture(autouse=True)
def _no_callbacks() -> Iterator[None]:
    """Where the time is over in a callback that the test's own tools have on the collector of garbage, nobody hears it."""
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def host() -> Host:
    made = Host()
    made.book.calculator.effort = Effort(one=0.5, together=1.5)
    return made


@pytest.mark.parametrize("formula", FOR_HOURS)
def test_a_formula_that_takes_too_long_says_so(host: Host, formula: str) -> None:
    host.put({f"C{row}": f"word {row}" for row in range(1, 5001)})
    host.put({"A1": formula, "A2": "=1+1", "A3": "=A1+1"})
    assert [host.value(cell) for cell in ("A1", "A2", "A3")] == ["#LIMIT!", 2, "#LIMIT!"]
    host.put({"A1": "=2+3"})
    assert [host.value(cell) for cell in ("A1", "A2", "A3")] == [5, 2, 6]


@pytest.mark.long
def test_many_slow_ones_end_together(host: Host) -> None:
    host.put({"B1": 1, "D1": "=SUM(B:B)"})
    host.do(s.FillFormula(tab="t", column=0, first=0, last=9_999, text=FOR_HOURS[0] + "+B1"))
    assert {row[0] for row in host.values(rows=10_000, columns=1)} == {"#LIMIT!"}
    host.put({"B10000": 2})
    assert host.value("D1") == 3
    host.do(s.Clear(tab="t", range=s.Range(top=0, left=0, bottom=9_999, right=0)))
    host.put({"A1": "=SUM(SEQUENCE(10))"})
    assert host.value("A1") == 55


def test_time_is_kept_for_a_change_and_nobody_else(host: Host) -> None:
    host.put({"A1": FOR_HOURS[0]})
    assert signal.getsignal(signal.SIGVTALRM) == signal.SIG_DFL
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)
