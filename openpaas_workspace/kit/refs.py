"""A Ref points at anything: `kind:id`."""

import re
from typing import NamedTuple

from openpaas_workspace.kit.errors import Invalid

_SHAPE = re.compile(r"^([a-z]{1,20}):([A-Za-z0-9_-]{1,64})$")


class Ref(NamedTuple):
    """Kind and id of one object; its text form is `kind:id`."""

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Ref":
        """Read `kind:id`; raises Invalid on any other shape."""
        match = _SHAPE.match(text)
        if match is None:
            raise Invalid("A reference has the form kind:id, such as file:01h….")
        return cls(match[1], match[2])
