"""An archive that is sent while it is made. Pure: it knows neither disk nor database."""

import zipfile
from datetime import UTC, datetime
from typing import IO

from openpaas_workspace.kit.text import name_key

_PACKED = frozenset(
    {
        "7z",
        "avif",
        "br",
        "bz2",
        "docx",
        "epub",
        "flac",
        "gif",
        "gz",
        "jpeg",
        "jpg",
        "m4a",
        "mkv",
        "mov",
        "mp3",
        "mp4",
    }
    | {
        "odp",
        "ods",
        "odt",
        "ogg",
        "parquet",
        "png",
        "pptx",
        "rar",
        "sheet",
        "tgz",
        "webm",
        "webp",
        "whl",
        "woff2",
    }
    | {"xlsx", "xz", "zip", "zst"}
)
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
)
_FORBIDDEN = str.maketrans(dict.fromkeys('<>:"|?*\\/', "_"))
_EARLIEST = (1980, 1, 1, 0, 0, 0)


def safe_name(name: str) -> str:
    """One component of a path that no system unpacks anywhere but below the folder it unpacks into."""
    safe = "".join(sign for sign in name if sign.isprintable()).translate(_FORBIDDEN).rstrip(". ")
    if safe.partition(".")[0].casefold() in _RESERVED:
        safe = f"_{safe}"
    return safe or "_"


class Names:
    """Paths in an archive, each once: folders by id, so that what lies in them comes below them."""

    def __init__(self) -> None:
        self._folders: dict[str, str] = {}
        self._taken: set[str] = set()

    def add(self, id_: str, parent_id: str, name: str, *, folder: bool) -> str:
        """The path of one more entry; below its folder if that is in the archive."""
        above = self._folders.get(parent_id, "")
        path, count = f"{above}{safe_name(name)}", 0
        while name_key(path) in self._taken:
            count += 1
            stem, dot, extension = safe_name(name).partition(".")
            path = f"{above}{stem} {count}{dot}{extension}"
        self._taken.add(name_key(path))
        if folder:
            path = self._folders[id_] = f"{path}/"
        return path


class Archive:
    """Writes entries one after another; `drain` gives the bytes that are ready to be sent."""

    def __init__(self) -> None:
        self._sink = _Sink()
        self._zip = zipfile.ZipFile(self._sink, "w", allowZip64=True)  # type: ignore[call-overload]

    def folder(self, path: str, modified_at: int) -> None:
        """An empty folder."""
        self._zip.writestr(_about(path, modified_at), b"")

    def open(self, path: str, modified_at: int, size: int) -> IO[bytes]:
        """A file of about this size to be written and closed before the next; writing blocks, it is compressed."""
        about = _about(path, modified_at)
        packed = path.rpartition(".")[2].casefold() in _PACKED
        about.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
        about._compresslevel = 1  # type: ignore[attr-defined]  # noqa: SLF001
        entry: IO[bytes] = self._zip.open(about, "w", force_zip64=size > 2**31 - 2**20)
        return entry

    def end(self) -> None:
        """Write the list of what is in it."""
        self._zip.close()

    def drain(self) -> bytes:
        """What has not been sent yet."""
        return self._sink.drain()


class _Sink:
    """A file that cannot be sought in."""

    def __init__(self) -> None:
        self._ready: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._ready.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def drain(self) -> bytes:
        ready, self._ready = b"".join(self._ready), []
        return ready


def _about(path: str, modified_at: int) -> zipfile.ZipInfo:
    moment = datetime.fromtimestamp(modified_at / 1000, UTC).timetuple()[:6]
    about = zipfile.ZipInfo(path, max(moment, _EARLIEST))
    about.external_attr = (0o40755 << 16 | 0x10) if path.endswith("/") else (0o100644 << 16)
    return about
