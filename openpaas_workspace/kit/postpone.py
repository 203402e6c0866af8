"""What costs seconds to import and is hardly ever used waits for its first use."""

import importlib.util
import sys
from types import ModuleType

_NAME = "rfc3987_syntax"


def postpone_grammar() -> None:
    """Call before anything imports jsonschema: its check of international addresses builds a grammar for seconds.

    The check stays; the first one that is asked for pays for it.
    """
    spec = importlib.util.find_spec(_NAME) if _NAME not in sys.modules else None
    if spec is None:
        return
    module = ModuleType(_NAME)
    module.__spec__ = spec
    module.__path__ = list(spec.submodule_search_locations or ())

    def is_valid_syntax(term: str, value: str) -> bool:
        helpers = importlib.import_module(f"{_NAME}.syntax_helpers")
        return bool(helpers.is_valid_syntax(term, value))

    module.is_valid_syntax = is_valid_syntax  # type: ignore[attr-defined]
    sys.modules[_NAME] = module
