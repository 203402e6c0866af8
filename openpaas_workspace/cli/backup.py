"""`openpaas backup` and `openpaas restore`."""

import argparse
import os
import sys
import time
from pathlib import Path

from openpaas_workspace.kit.errors import Invalid

_WORDS = {"rows": "rows", "blobs": "large parts", "files": "files", "agree": "files compared"}


class _Progress:
    """One line on standard error that counts; in a log one line every ten seconds."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._last = time.monotonic()
        self._what = ""

    def __call__(self, what: str, done: int) -> None:
        moment = time.monotonic()
        if moment - self._last < (0.2 if self._live else 10.0):
            return
        self._last = moment
        print(
            f"\r{done:>12,} {_WORDS[what]:<20}" if self._live else f"{done:,} {_WORDS[what]}",
            end="" if self._live else "\n",
            file=sys.stderr,
            flush=True,
        )

    def close(self) -> None:
        """End the line."""
        if self._live:
            print("\r" + " " * 40, end="\r", file=sys.stderr)


def backup(arguments: argparse.Namespace) -> None:
    """Write the whole workspace into one file."""
    from openpaas_workspace.app.backup.making import Backup

    progress = _Progress()
    made = Backup(arguments.data_dir.expanduser().resolve(), arguments.database_url, progress)
    if str(arguments.file) == "-":
        made.write(sys.stdout.buffer, packed=True)
        sys.stdout.buffer.flush()
    else:
        _to_file(made, arguments.file.expanduser())
    progress.close()
    _say(made.counts, "Saved", to=sys.stderr)
    if made.counts["changing"]:
        print(
            f"{made.counts['changing']} files were being written to at that moment; "
            "they are in the backup as they were read.",
            file=sys.stderr,
        )


def _to_file(made: "Backup", file: Path) -> None:  # type: ignore[name-defined]  # noqa: F821
    if file.exists():
        raise Invalid(f"{file} is there already: choose another name.")
    partial = file.with_name(file.name + ".part")
    try:
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            made.write(stream, packed=not file.name.endswith(".tar"))
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(file)
    except BaseException as error:
        partial.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise Invalid(f"The backup could not be written: {error.strerror}.") from error
        raise


async def restore(arguments: argparse.Namespace) -> None:
    """Put a backup back into an empty server."""
    from openpaas_workspace.app.backup.restoring import Restore

    progress = _Progress()
    data_dir = arguments.data_dir.expanduser().resolve()
    put = Restore(data_dir, arguments.database_url, progress)
    if str(arguments.file) == "-":
        counts = await put.run(sys.stdin.buffer)  # type: ignore[arg-type]
    else:
        try:
            stream = arguments.file.expanduser().open("rb")
        except OSError as error:
            raise Invalid(f"{arguments.file} cannot be read: {error.strerror}.") from error
        with stream:
            counts = await put.run(stream)
    progress.close()
    _say(counts, "Restored", to=sys.stdout)
    print(f"Everybody logs in again. Start it with: openpaas start --data-dir {data_dir}")


def _say(counts: dict[str, int], verb: str, *, to: object) -> None:
    rows, blobs, files = (f"{counts[name]:,}" for name in ("rows", "blobs", "files"))
    print(f"{verb}: {rows} rows, {blobs} large parts, {files} files.", file=to)  # type: ignore[call-overload]
