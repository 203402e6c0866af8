"""Run every row: `python -m tests.bench [--rounds 7] [--only rooms,join,kernel,page,weight,stall,home,history,import,run,transfer,idle,engine,sheets,xlsx,painting,old] [--out FILE]`.

Rounds alternate between the peers, so that a busy moment hits all of them; medians are compared.
All of it takes about a quarter of an hour on two quiet processors.
"""

import argparse
import gzip
import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.bench.history import measure as history
from tests.bench.home import measure as home
from tests.bench.idle import measure as idle
from tests.bench.kernel_start import measure as kernel_start
from tests.bench.peers import PEERS, Running
from tests.bench.scripts import importing, running, transfers
from tests.bench.sheets import engine, serving
from tests.bench.shortening import measure as shortening
from tests.bench.stall import measure as stall
from tests.bench.tables import painting, xlsx

Results = dict[str, list[dict[str, Any]]]
ROOT = Path(__file__).parents[2]


def load(running: Running, mode: str) -> dict[str, Any]:
    """One run of the generator on processor 1, with the server's processor time."""
    command = [
        "taskset",
        "-c",
        "1",
        sys.executable,
        "-m",
        "tests.bench.load",
        mode,
        running.dialect,
        running.url,
    ]
    command += [running.authorization] if running.authorization else []
    generator = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert generator.stdout is not None
    before = after = 0.0
    result: dict[str, Any] = {}
    for line in generator.stdout:
        if line.startswith("START"):
            before = running.cpu()
        elif line.startswith("STOP"):
            after = running.cpu()
        else:
            result = json.loads(line)
    if generator.wait() or not result:
        raise RuntimeError(f"the generator failed on {running.url}")
    return {**result, "server_cpu": round(after - before, 3)}


def rooms(rounds: int, modes: Sequence[str]) -> dict[str, Results]:
    """Rows measured by the generator on every peer, alternating; each peer is started afresh for every round."""
    results: dict[str, Results] = {mode: {name: [] for name in PEERS} for mode in modes}
    for _ in range(rounds):
        for name, start in PEERS.items():
            with tempfile.TemporaryDirectory() as folder, start(Path(folder)) as running:
                for mode in modes:
                    results[mode][name].append(load(running, mode))
    return results


def page(rounds: int) -> Results:
    """From the address to an editable notebook, logged in, the browser's cache warm."""
    from playwright.sync_api import sync_playwright

    from tests.e2e.person import CHROMIUM, QUIET

    names = ("openpaas", "jupyter-collaboration")
    results: Results = {name: [] for name in names}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        with PEERS[names[0]](Path(folder) / "a") as one, PEERS[names[1]](Path(folder) / "b") as two:
            contexts = {names[0]: (browser.new_context(), one), names[1]: (browser.new_context(), two)}
            for round_ in range(rounds + 1):
                for name, (context, running) in contexts.items():
                    taken = _open(context, running)
                    if round_:  # the first fills the browser's cache
                        results[name].append({"ms": taken})
        browser.close()
    return results


def weight(_rounds: int) -> Results:
    """Our scripts that a page loads at its start, compressed as a server would send them: counted, not timed."""
    from playwright.sync_api import sync_playwright

    from tests.e2e.person import CHROMIUM, QUIET

    ours: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        with PEERS["openpaas"](Path(folder) / "a") as running:
            context = browser.new_context()

            def keep(answer: Any) -> None:
                name = answer.url.partition("?")[0]
                if "/@openpaas/" in name and name.endswith(".js"):
                    ours[name] = answer.body()

            context.on("response", keep)
            _open(context, running)
        browser.close()
    packed = sum(len(gzip.compress(body, 6)) for body in ours.values())
    return {"openpaas": [{"scripts": len(ours), "gzip_kb": round(packed / 1024, 1)}]}


def _open(context: Any, running: Running) -> float:
    view = context.new_page()
    begin = time.perf_counter()
    view.goto(running.page)
    if "/login" in view.url:
        view.fill("input[name=username]", "alice")
        view.fill("input[name=password]", "demo")
        view.click("button[type=submit]")
    view.wait_for_selector(".jp-Notebook .jp-Cell .cm-content", timeout=120_000)
    taken = (time.perf_counter() - begin) * 1000
    view.close()
    return round(taken, 1)


# How the generator calls what these rows measure.
MODES = {"rooms": "fanout", "join": "join"}
ROWS: dict[str, Callable[[int], Results]] = {
    "kernel": kernel_start,
    "page": page,
    "weight": weight,
    "stall": stall,
    "home": home,
    "history": history,
    "import": importing,
    "run": running,
    "transfer": transfers,
    "idle": idle,
    "engine": engine,
    "sheets": serving,
    "xlsx": xlsx,
    "painting": painting,
    "old": shortening,
}


def medians(results: Results) -> dict[str, dict[str, float]]:
    """The median of every figure of every peer."""
    return {
        name: {
            key: round(statistics.median(float(run[key]) for run in runs), 3)
            for key in runs[0]
            if isinstance(runs[0][key], int | float)
        }
        for name, runs in results.items()
        if runs
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", default=",".join([*MODES, *ROWS]))
    parser.add_argument("--out", type=Path, default=ROOT / "bench-results.json")
    chosen = parser.parse_args()
    wanted = chosen.only.split(",")
    report: dict[str, Any] = {"python": platform.python_version(), "machine": platform.machine(), "rows": {}}

    def tell(row: str, results: Results) -> None:
        report["rows"][row] = {"medians": medians(results), "runs": results}
        print(row)
        for name, figures in medians(results).items():
            print(f"  {name:24}", "  ".join(f"{key} {value:g}" for key, value in figures.items()), flush=True)
        chosen.out.write_text(json.dumps(report, indent=1))

    paired = [row for row in wanted if row in MODES]
    if paired:
        measured = rooms(chosen.rounds, [MODES[row] for row in paired])
        for row in paired:
            tell(row, measured[MODES[row]])
    for row in wanted:
        if row not in MODES:
            tell(row, ROWS[row](chosen.rounds))


if __name__ == "__main__":
    main()
