"""What a message may hold, however it is nested, and how much of it is looked at."""

from typing import Any

import pytest

from openpaas_workspace.kit.errors import Invalid, TooLarge
from openpaas_workspace.kit.schema import decode


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ('{"a": [{"b": ["\\u0000"]}]}', Invalid),
        ('{"\\u0000": 1}', Invalid),
        ("[[1, [9007199254740993]]]", Invalid),
        ("[-9007199254740993]", Invalid),
        ("1" * 30, Invalid),
        (f"[{'0,' * 200_000}0]", TooLarge),
        (f"[{'[0],' * 100_000}[0]]", TooLarge),
    ],
)
def test_what_cannot_be_kept_is_refused(body: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        decode(body, Any)


def test_the_rest_comes_as_it_is() -> None:
    value = {"a": [1, 2.5, True, None, "é", [9007199254740992]], "b": {}}
    assert decode('{"a": [1, 2.5, true, null, "é", [9007199254740992]], "b": {}}', Any) == value
