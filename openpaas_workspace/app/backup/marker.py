"""What says that a restore into a data folder has begun and not ended."""

import json
import os
from pathlib import Path

import msgspec

from openpaas_workspace.kit.errors import Invalid

NAME = "restore.json"


class Marker(msgspec.Struct, frozen=True, kw_only=True):
    """Which backup is put back, how far; `epoch` is the one that the event stream gets by it."""

    backup: str
    epoch: str
    placing: bool = False


def read(data_dir: Path) -> Marker | None:
    """The marker of a data folder, or None."""
    try:
        return msgspec.json.decode((data_dir / NAME).read_bytes(), type=Marker)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError as error:
        raise Invalid(f"{data_dir / NAME} is damaged: empty this folder and restore again.") from error


def write(data_dir: Path, marker: Marker) -> None:
    """Keep the marker, safe against power loss."""
    temporary = data_dir / f".{NAME}"
    with temporary.open("wb") as file:
        file.write(json.dumps(msgspec.to_builtins(marker)).encode())
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(data_dir / NAME)
    sync(data_dir)


def remove(data_dir: Path) -> None:
    """The restore has ended well."""
    (data_dir / NAME).unlink(missing_ok=True)
    sync(data_dir)


def check(data_dir: Path) -> None:
    """Raises Invalid where a restore was interrupted: nothing but the restore may go on there."""
    if (data_dir / NAME).exists():
        raise Invalid(
            "A restore into this folder was interrupted. Run the same openpaas restore again to finish it, "
            "or empty the folder."
        )


def sync(folder: Path) -> None:
    """Make the names in a folder safe against power loss."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
