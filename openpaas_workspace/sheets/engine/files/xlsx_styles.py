"""Looks of cells in XLSX: as a file numbers them, and as ours."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import quoteattr

from openpaas_workspace.sheets.schemas import Style

from .xmltree import Element

_BUILT_IN = {
    0: None, 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?",
    13: "# ??/??", 14: "dd/mm/yyyy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM",
    20: "h:mm", 21: "h:mm:ss", 22: "dd/mm/yyyy h:mm", 37: "#,##0;-#,##0", 38: "#,##0;[Red]-#,##0",
    39: "#,##0.00;-#,##0.00", 40: "#,##0.00;[Red]-#,##0.00", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0",
    48: "##0.0E+0", 49: "@",
}  # fmt: skip
_ALIGN = {"left": "left", "center": "center", "right": "right", "centerContinuous": "center"}
_LONGEST = 200


def read_styles(root: Element) -> list[Style]:
    """Our looks by their numbers in the file."""
    formats = {int(one.get("numFmtId", "0")): one.get("formatCode") for one in root.all("numFmts", "numFmt")}
    fonts, fills = root.all("fonts", "font"), root.all("fills", "fill")
    return [_style(one, formats, fonts, fills) for one in root.all("cellXfs", "xf")]


def _style(one: Element, formats: dict[int, str], fonts: list[Element], fills: list[Element]) -> Style:
    code = _int(one.get("numFmtId"))
    number = formats.get(code, _BUILT_IN.get(code))
    font = _at(fonts, _int(one.get("fontId")))
    fill = _at(fills, _int(one.get("fillId")))
    align = one.find("alignment")
    pattern = fill.find("patternFill") if fill is not None else None
    is_solid = pattern is not None and pattern.get("patternType") == "solid"
    return Style(
        number=number[:_LONGEST] if number and number != "General" else None,
        bold=_has(font, "b"),
        italic=_has(font, "i"),
        underline=_has(font, "u"),
        strike=_has(font, "strike"),
        color=_color(font.find("color")) if font is not None else None,
        background=_color(pattern.find("fgColor")) if pattern is not None and is_solid else None,
        align=_ALIGN.get(align.get("horizontal")) if align is not None else None,  # type: ignore[arg-type]
        wrap=(align is not None and align.get("wrapText") in {"1", "true"}) or None,
    )


def _at(found: list[Element], place: int) -> Element | None:
    return found[place] if 0 <= place < len(found) else None


def _int(text: str) -> int:
    return int(text) if text.isdigit() else 0


def _has(font: Element | None, tag: str) -> bool | None:
    found = font.find(tag) if font is not None else None
    return True if found is not None and found.get("val", "1") not in {"0", "false", "none"} else None


def _color(found: Element | None) -> str | None:
    """An explicit colour; those of a theme are the theme's."""
    rgb = found.get("rgb") if found is not None else ""
    if len(rgb) not in {6, 8} or not all(letter in "0123456789abcdefABCDEF" for letter in rgb):
        return None
    return None if rgb[-6:] == "000000" else f"#{rgb[-6:].lower()}"


def styles_xml(styles: Sequence[Style]) -> str:
    """`xl/styles.xml`; the looks are numbered as they come, the first is plain."""
    formats: dict[str, int] = {}
    fonts: dict[str, int] = {'<font><sz val="11"/><name val="Calibri"/></font>': 0}
    fills: dict[str, int] = {
        '<fill><patternFill patternType="none"/></fill>': 0,
        '<fill><patternFill patternType="gray125"/></fill>': 1,
    }
    forms = []
    for style in styles:
        number = _number(style.number, formats)
        font = fonts.setdefault(_font(style), len(fonts))
        fill = fills.setdefault(_fill(style), len(fills)) if style.background else 0
        inside = _alignment(style)
        head = f'<xf numFmtId="{number}" fontId="{font}" fillId="{fill}" borderId="0" xfId="0" applyNumberFormat="1"'
        forms.append(f'{head} applyAlignment="1">{inside}</xf>' if inside else f"{head}/>")
    codes = "".join(
        f'<numFmt numFmtId="{number}" formatCode={quoteattr(code)}/>' for code, number in formats.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        + (f'<numFmts count="{len(formats)}">{codes}</numFmts>' if formats else "")
        + f'<fonts count="{len(fonts)}">{"".join(fonts)}</fonts><fills count="{len(fills)}">{"".join(fills)}</fills>'
        + '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        + '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        + f'<cellXfs count="{len(forms)}">{"".join(forms)}</cellXfs>'
        + '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )


def _number(code: str | None, formats: dict[str, int]) -> int:
    """The date in figures is the reader's own, as here; other codes are the file's."""
    if not code or code == _BUILT_IN[14]:
        return 14 if code else 0
    return formats.setdefault(code, 164 + len(formats))


def _font(style: Style) -> str:
    marks = "".join(
        mark
        for mark, wanted in (
            ("<b/>", style.bold), ("<i/>", style.italic), ("<strike/>", style.strike), ("<u/>", style.underline),
        )
        if wanted
    )  # fmt: skip
    color = f'<color rgb="FF{argb}"/>' if (argb := _argb(style.color)) else ""
    return f'<font>{marks}<sz val="11"/>{color}<name val="Calibri"/></font>'


def _fill(style: Style) -> str:
    argb = _argb(style.background) or "FFFFFF"
    return f'<fill><patternFill patternType="solid"><fgColor rgb="FF{argb}"/></patternFill></fill>'


def _argb(color: str | None) -> str:
    """Six digits of a colour written `#rgb` or `#rrggbb`."""
    digits = (color or "").removeprefix("#").upper()
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    return digits if len(digits) == 6 and all(digit in "0123456789ABCDEF" for digit in digits) else ""


def _alignment(style: Style) -> str:
    if not style.align and not style.wrap:
        return ""
    across = f' horizontal="{style.align}"' if style.align else ""
    return f"<alignment{across}{' wrapText=' + chr(34) + '1' + chr(34) if style.wrap else ''}/>"
