"""The checks of jsonschema are the same with the grammar postponed, in a Python of its own."""

import subprocess
import sys

CHECK = """
import sys
from openpaas_workspace.kit.postpone import postpone_grammar
postpone_grammar()
postpone_grammar()
from jsonschema import Draft202012Validator, FormatChecker
assert "rfc3987_syntax.syntax_helpers" not in sys.modules
def good(value, format):
    checker = Draft202012Validator.FORMAT_CHECKER
    return Draft202012Validator({"format": format}, format_checker=checker).is_valid(value)
assert good("https://example.org/é", "iri") and not good("no iri", "iri")
assert good("/é", "iri-reference") and not good("\\\\\\\\nowhere", "iri-reference")
assert "rfc3987_syntax.syntax_helpers" in sys.modules
"""


def test_addresses_are_still_checked() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHECK], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
