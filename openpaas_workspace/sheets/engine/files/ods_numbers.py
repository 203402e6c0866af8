"""Number formats: OpenDocument describes them by elements, we have Excel's codes."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

from ..formats import is_time
from .xmltree import Element

_DATE_PARTS = {
    "year": ("yy", "yyyy"), "month": ("m", "mm"), "day": ("d", "dd"), "hours": ("h", "hh"), "minutes": ("m", "mm"),
    "seconds": ("s", "ss"), "day-of-week": ("ddd", "dddd"),
}  # fmt: skip
_TOKENS = re.compile(r'"[^"]*"|\\.|\[h+\]|y+|m+|d+|h+|s+|AM/PM|.', re.IGNORECASE)
_DIGITS = re.compile(r"(#,##)?0(?:\.(0+))?")
_NAMES = {"y": "year", "d": "day", "h": "hours", "s": "seconds"}


def code_of(style: Element) -> str | None:
    """Excel's code of a number style; None for the plain one."""
    if style.tag in {"date-style", "time-style"}:
        code = "".join(_date_part(part) for part in style.children)
        free = style.get("truncate-on-overflow") == "false"
        return (re.sub("hh?", "[h]", code, count=1) if free else code) or None
    code = ""
    for part in style.children:
        if part.tag == "number":
            places = part.get("decimal-places", "0")
            decimals = int(places) if places.isdigit() else 0
            if style.tag == "number-style" and "decimal-places" not in part.attributes:
                return None
            code += ("#,##0" if part.get("grouping") == "true" else "0") + (
                "." + "0" * min(decimals, 30) if decimals else ""
            )
        elif part.tag in {"text", "currency-symbol"}:
            code += part.text if part.text in {" ", "%", "€", "-"} else f'"{part.text}"' if part.text else ""
    return code[:200] or None


def _date_part(part: Element) -> str:
    if part.tag in _DATE_PARTS:
        short, long = _DATE_PARTS[part.tag]
        if part.tag == "month" and part.get("textual") == "true":
            short, long = "mmm", "mmmm"
        return long if part.get("style") == "long" else short
    if part.tag == "am-pm":
        return "AM/PM"
    return part.text if part.tag == "text" else ""


def number_style(name: str, code: str) -> str:
    """The element of a code; nothing for one that has no simple like."""
    low = code.lower()
    if ("y" in low and "d" in low) or is_time(code):
        return _date_style(name, code)
    found = _DIGITS.search(code)
    if found is None:
        return ""
    grouping = ' number:grouping="true"' if found[1] else ""
    number = f'<number:number number:min-integer-digits="1" number:decimal-places="{len(found[2] or "")}"{grouping}/>'
    before, after = (_text(part) for part in (code[: found.start()], code[found.end() :].partition(";")[0]))
    kind = "percentage-style" if "%" in code else "number-style"
    return f"<number:{kind} style:name={quoteattr(name)}>{before}{number}{after}</number:{kind}>"


def _text(part: str) -> str:
    plain = part.replace('"', "").replace("\\", "")
    return f"<number:text>{escape(plain)}</number:text>" if plain else ""


def _date_style(name: str, code: str) -> str:
    parts, timed = [], False
    for token in _TOKENS.findall(code):
        letter = token[0].lower()
        if letter == "m":
            kind = "minutes" if timed else "month"
            textual = ' number:textual="true"' if len(token) > 2 else ""
            parts.append(f"<number:{kind}{textual}{_long(len(token) in {2, 4})}/>")
        elif letter in _NAMES or token.startswith("[h"):
            kind = "hours" if token.startswith("[h") else _NAMES[letter]
            timed = timed or kind == "hours"
            is_long = len(token) > 2 if kind == "year" else len(token) > 1
            parts.append(f"<number:{kind}{_long(is_long)}/>")
        elif token.upper() == "AM/PM":
            parts.append("<number:am-pm/>")
        else:
            parts.append(_text(token))
    kind = "time-style" if is_time(code) else "date-style"
    free = ' number:truncate-on-overflow="false"' if "[h" in code.lower() else ""
    return f"<number:{kind} style:name={quoteattr(name)}{free}>{''.join(parts)}</number:{kind}>"


def _long(wanted: bool) -> str:
    return ' number:style="long"' if wanted else ""
