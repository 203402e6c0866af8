"""axe-core in the page: what a machine can tell of WCAG 2.2 A and AA."""

from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

_AXE = Path(__file__).parent / "node" / "node_modules" / "axe-core" / "axe.min.js"
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_RUN = """async ([selector, tags]) => {
  const found = await axe.run(selector, {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]});
  return found.violations.map(({id, help, nodes}) => ({id, help, nodes: nodes.map(node => node.html.slice(0, 200) + " " + node.failureSummary)}));
}"""
_UNSEEN = """selector => {
  const within = document.querySelector(selector);
  const active = document.activeElement;
  if (within === null || active === null || active === document.body || !within.contains(active)) return null;
  const style = getComputedStyle(active);
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
  return {html: active.outerHTML.slice(0, 160), seen: ring || style.boxShadow !== "none" || active.matches("[aria-activedescendant]")};
}"""


@cache
def _source() -> str:
    return _AXE.read_text("utf-8")


def violations(page: Page, selector: str) -> list[str]:
    """Each rule that the part of the page breaks, with where."""
    page.evaluate(_source())
    found: list[dict[str, Any]] = page.evaluate(_RUN, [selector, _TAGS])
    return [f"{one['id']}: {one['help']}\n  " + "\n  ".join(one["nodes"]) for one in found]


def unseen_focus(page: Page, selector: str, most: int = 60) -> list[str]:
    """What gets the focus by Tab within the part of the page, and does not show it; it must get it at all."""
    page.evaluate(
        """selector => {
          const first = document.querySelector(selector).querySelector(
            'button:enabled, a[href], input:enabled, select:enabled, [tabindex="0"]');
          first?.focus({focusVisible: true});
        }""",
        selector,
    )
    faults: list[str] = []
    for _ in range(most):
        at = page.evaluate(_UNSEEN, selector)
        if at is None:
            break
        if not at["seen"] and at["html"] not in faults:
            faults.append(at["html"])
        page.keyboard.press("Tab")
    return faults
