import multiprocessing
import os
import signal
from contextlib import contextmanager
from multiprocessing.connection import Connection

import pytest

from openpaas_workspace.sheets.engine import ironcalc as module
from openpaas_workspace.sheets.engine.formulas import compile_formula, evaluate, parse
from openpaas_workspace.sheets.engine.ironcalc import (
    MAX_FAILURES,
    MAX_TOGETHER,
    PAUSE,
    TIMEOUT,
    Bridge,
    Share,
    Spawned,
)
from openpaas_workspace.sheets.engine.values import Error, block_of

from .grids import Grid, value, values


@pytest.fixture(scope="module")
def bridge():
    pytest.importorskip("ironcalc")
    bridge = Bridge()
    yield bridge
    bridge.close()


def test_functions_that_are_not_native(bridge):
    grid = Grid(S=[[1.0], [2.0], [4.0]], bridge=bridge.share().call)
    assert value("=FACT(A3)+1", grid) == 25.0
    assert value('=ROMAN(14)&"!"', grid) == "XIV!"
    assert value("=CORREL(A1:A3,{2;3;7})", grid) == pytest.approx(0.9897433186107871)
    assert values("=MMULT(A1:A2,{1,2})", grid) == [[1.0, 2.0], [2.0, 4.0]]
    assert value("=NOSUCH(1)", grid) == Error.NAME
    assert value("=FACT(#N/A)", grid) == Error.NA


def test_results_come_whole(bridge):
    grid = Grid(S=[[1.0]], bridge=bridge.share().call)
    assert value("=SUM(MMULT(SEQUENCE(100,1),SEQUENCE(1,100)))", grid) == 5_050.0**2
    assert value("=ROWS(WRAPROWS(SEQUENCE(1000),10))", grid) == 100.0
    assert value('=COLUMNS(TEXTSPLIT(REPT("a,",300),","))', grid) == 301.0
    assert value("=SUM(MUNIT(70))", grid) == 70.0


def test_all_lanes_in_one_batch(bridge):
    grid = Grid(S=[[float(row % 7)] for row in range(1_500)], bridge=bridge.share().call)
    block = evaluate(compile_formula(parse("=FACT(A1)"), 0, 3), grid, "S", 0, 3, lanes=1_500)
    assert [block.at(row, 0) for row in range(7)] == [1.0, 1.0, 2.0, 6.0, 24.0, 120.0, 720.0]
    assert block.at(1_499, 0) == block.at(1_499 % 7, 0)
    assert grid.foreign_calls == [("FACT", 1_500)]


def test_functions_that_may_spill_are_known():
    assert not compile_formula(parse("=FACT(A1)"), 0, 3).spills
    assert compile_formula(parse("=FACT(A1:A3)"), 0, 3).spills
    assert compile_formula(parse('=TEXTSPLIT(A1,",")'), 0, 3).spills


def test_a_killed_child_is_started_again(bridge):
    share = bridge.share()
    assert share.call("FACT", [[3.0]]) == [6.0]
    first = bridge.pid
    os.kill(first, signal.SIGKILL)
    # Nobody is told: it was at work on nothing.
    assert share.call("FACT", [[4.0]]) == [24.0]
    assert bridge.pid != first


class Stuck:
    """A child that never answers."""

    pid = None

    def __init__(self):
        self.pipe, self._other = multiprocessing.Pipe()

    def end(self):
        self.pipe.close()
        self._other.close()


@contextmanager
def stuck(bridge):
    bridge.close()
    bridge.start, bridge.timeout = Stuck, 0.0
    yield
    bridge.start, bridge.timeout = Spawned, TIMEOUT


def test_a_child_that_takes_too_long_is_ended(bridge):
    assert bridge.share().call("FACT", [[3.0]]) == [6.0]
    first = bridge.pid
    os.kill(first, signal.SIGSTOP)
    bridge.timeout = 0.0
    assert bridge.share().call("FACT", [[3.0]]) == [Error.CALC]
    bridge.timeout = TIMEOUT
    assert bridge.pid is None
    assert bridge.share().call("FACT", [[3.0]]) == [6.0]
    assert bridge.pid != first


def test_what_keeps_ending_the_child_is_given_up_for_a_while_and_for_its_workbook_alone(bridge):
    now = [0.0]
    mine, other = Share(bridge, lambda: now[0]), bridge.share()
    with stuck(bridge):
        for _ in range(MAX_FAILURES + 1):
            assert mine.call("FACT", [[3.0]]) == [Error.CALC]
    # The same is not tried again, something else is.
    assert mine.call("FACT", [[3.0]]) == [Error.CALC]
    assert mine.call("FACT", [[4.0]]) == [24.0]
    with stuck(bridge):
        for number in range(MAX_FAILURES - 1):
            assert mine.call("FACT", [[5.0 + number]]) == [Error.CALC]
    assert mine.call("FACT", [[4.0]]) == [Error.CALC]
    assert mine.call("ROMAN", [[14.0]]) == ["XIV"]
    assert other.call("FACT", [[3.0], [4.0]]) == [6.0, 24.0]
    now[0] = PAUSE
    assert mine.call("FACT", [[3.0], [4.0]]) == [6.0, 24.0]


def test_a_workbook_tries_only_so_much(bridge):
    now = [0.0]
    share = Share(bridge, lambda: now[0])
    with stuck(bridge):
        for number in range(MAX_TOGETHER):
            assert share.call(f"NO{number // 2}", [[float(number)]]) == [Error.CALC]
    assert share.call("FACT", [[3.0]]) == [Error.CALC]
    assert bridge.share().call("FACT", [[3.0]]) == [6.0]
    now[0] = PAUSE
    assert share.call("FACT", [[3.0]]) == [6.0]


def test_an_answer_that_nobody_waited_for_goes_to_nobody_else(bridge, monkeypatch):
    """The time of a formula may be over in the middle of a call."""
    share = bridge.share()
    assert share.call("FACT", [[3.0]]) == [6.0]

    class Over(BaseException):
        pass

    def over(*_):
        raise Over

    with monkeypatch.context() as patched:
        patched.setattr(Connection, "poll", lambda self, timeout=0.0: timeout and over())
        with pytest.raises(Over):
            share.call("FACT", [[4.0]])
    assert share.call("FACT", [[5.0]]) == [120.0]


def test_without_ironcalc(monkeypatch):
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    bridge = Bridge()
    assert bridge.share().call("FACT", [[3.0], [block_of([[1.0]])]]) == [Error.NAME, Error.NAME]
    assert bridge.pid is None
