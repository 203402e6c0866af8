"""What crosses the wire about search."""

from typing import Annotated, Literal

import msgspec

from openpaas_workspace.kit.schema import Wire
from openpaas_workspace.sharing.schemas import LevelName

HitKind = Literal["file", "folder", "space", "member"]
SpaceKind = Literal["personal", "team", "organisation"]


class SearchQuery(Wire, frozen=True, kw_only=True):
    """Beginnings of words, in any order, without regard to case and accents."""

    q: Annotated[str, msgspec.Meta(max_length=200)]
    limit: Annotated[int, msgspec.Meta(ge=1, le=50)] = 20


class SearchHit(Wire, frozen=True, kw_only=True):
    """Something of that name. `space` and the two fields after it say where a file or folder lies."""

    ref: str
    kind: HitKind
    name: str
    level: LevelName = "reader"
    space: str = ""
    space_kind: SpaceKind | None = None
    owner_id: str = ""
    modified_at: int = 0


class SearchReply(Wire, frozen=True, kw_only=True):
    """What fits, the best first; `more` says that there is more than was asked for."""

    hits: list[SearchHit]
    more: bool
