"""The guide: every page in both languages, every picture and neighbour that it names is there."""

import re
from typing import get_args

import pytest

from openpaas_workspace.guide import service
from openpaas_workspace.guide.schemas import Language
from openpaas_workspace.kit.errors import NotFound

LANGUAGES = get_args(Language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", service.PAGES)
def test_what_a_page_names_is_there(name: str, language: Language) -> None:
    page = service.page(name, language)
    assert [entry.name for entry in page.pages] == list(service.PAGES)
    assert page.title
    assert page.text.startswith(f"# {page.title}\n")
    for picture in re.findall(r"\]\(\.\./pictures/([^)]+)\)", page.text):
        assert service.picture(picture).startswith(b"\x89PNG")
        assert picture.endswith(f"-{language}.png")
    for neighbour in re.findall(r"\]\(([a-z]+)\.md\)", page.text):
        assert neighbour in service.PAGES


def test_no_page_of_the_folder_is_left_out() -> None:
    for language in LANGUAGES:
        assert {path.stem for path in (service.folder() / language).glob("*.md")} == set(service.PAGES)


@pytest.mark.parametrize("name", ["../start", "", ".", "start.md", "Start", "%2e%2e", "x" * 300])
def test_other_names_lead_nowhere(name: str) -> None:
    with pytest.raises(NotFound):
        service.page(name, "fr")
    with pytest.raises(NotFound):
        service.picture(name)
