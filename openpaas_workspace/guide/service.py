"""Reading the guide that is installed beside the program. Only names that are listed lead to a file."""

import sysconfig
from functools import lru_cache
from pathlib import Path

from openpaas_workspace.guide.schemas import GuideEntry, GuidePage, Language
from openpaas_workspace.kit.errors import NotFound

# In the order of reading.
PAGES = ("start", "home", "files", "share", "history", "sheets", "scripts", "packages", "account", "backup")
_DOC = Path("share", "doc", "openpaas_workspace", "guide")


def folder() -> Path:
    """Where the guide lies: in a checkout, or where the wheel put it."""
    checkout = Path(__file__).parents[2] / _DOC
    return checkout if checkout.is_dir() else Path(sysconfig.get_path("data")) / _DOC


def page(name: str, language: Language) -> GuidePage:
    """One page and the list of all; raises NotFound. Reads files: call it in a thread."""
    if name not in PAGES:
        raise NotFound("The guide has no such page.")
    texts = {one: _text(one, language) for one in PAGES}
    pages = [GuideEntry(name=one, title=_title(text)) for one, text in texts.items()]
    return GuidePage(name=name, language=language, title=_title(texts[name]), text=texts[name], pages=pages)


def picture(name: str) -> bytes:
    """A picture of the guide, PNG; raises NotFound. Reads files: call it in a thread."""
    found = _pictures().get(name)
    if found is None:
        raise NotFound("The guide has no such picture.")
    return found.read_bytes()


@lru_cache(maxsize=64)
def _text(name: str, language: str) -> str:
    return (folder() / language / f"{name}.md").read_text("utf-8")


@lru_cache(maxsize=1)
def _pictures() -> dict[str, Path]:
    return {path.name: path for path in (folder() / "pictures").glob("*.png")}


def _title(text: str) -> str:
    return text.partition("\n")[0].removeprefix("#").strip()
