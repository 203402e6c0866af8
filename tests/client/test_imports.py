"""What `import openpaas_workspace.client` brings with it."""

import subprocess
import sys

FOREIGN = (
    "tornado", "sqlalchemy", "jupyter_server", "jupyterlab", "pycrdt", "alembic", "argon2", "ipykernel", "traitlets",
    "prometheus_client", "zmq", "aiosqlite", "psycopg", "PIL", "matplotlib",
)  # fmt: skip
LATER = ("pandas", "numpy", "pyarrow", "tqdm", "websocket")


def loaded(code: str) -> set[str]:
    """The modules that are there after some code."""
    say = f"{code}\nimport sys; print(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", say], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_no_part_of_the_server_is_imported() -> None:
    modules = loaded(
        "from openpaas_workspace.client import Workspace\nWorkspace('http://127.0.0.1:1', token='opw_x')"
    )
    assert not modules & {*FOREIGN, *LATER}
    ours = {name for name in modules if name.startswith("openpaas_workspace.")}
    parts = {name.split(".")[1] for name in ours}
    assert parts == {"client", "kit"}


def test_tables_bring_pandas_and_nothing_of_the_server() -> None:
    modules = loaded(
        "from openpaas_workspace.client.records import table\nprint(table([{'a': 1}], ('a',)), file=__import__('sys').stderr)"
    )
    assert "pandas" in modules
    assert not modules & {*FOREIGN} - {"traitlets"}
