"""Texts in the reader's language.

English is in the code and is the key; `locale/<language>.json` maps it to the translation.
Placeholders are written `{name}`. A text that a catalogue does not know stays English.
"""

import json
import re
from functools import cache
from pathlib import Path

LOCALES = {"en": "en", "fr": "fr_FR"}
"""Languages we have, and the locale each stands for."""

_FOLDER = Path(__file__).parent.parent / "locale"
_PLACE = re.compile(r"\\\{(\w+)\\\}")


def _pattern(key: str) -> re.Pattern[str]:
    """What finds the sentence of `key` again after its placeholders were filled, a repeated one alike."""
    seen: set[str] = set()

    def group(place: re.Match[str]) -> str:
        name = place[1]
        repeated = name in seen
        seen.add(name)
        return f"(?P={name})" if repeated else f"(?P<{name}>.+?)"

    return re.compile(_PLACE.sub(group, re.escape(key)))


class Translator:
    """Turns English texts into those of one language."""

    def __init__(self, language: str, catalogue: dict[str, str]) -> None:
        self.language = language
        self.locale = LOCALES[language]
        self._catalogue = catalogue
        self._patterns = [(_pattern(key), key) for key in catalogue if "{" in key]

    def __call__(self, text: str, **values: object) -> str:
        """The translation of `text`, with its placeholders filled."""
        translated = self._catalogue.get(text, text)
        return translated.format(**values) if values else translated

    def sentence(self, sentence: str) -> str:
        """The translation of a sentence whose placeholders are already filled (of an error)."""
        if sentence in self._catalogue:
            return self._catalogue[sentence]
        for pattern, key in self._patterns:
            if match := pattern.fullmatch(sentence):
                filled = {name: self.sentence(value) for name, value in match.groupdict().items()}
                return self._catalogue[key].format(**filled)
        return sentence

    def entries(self) -> dict[str, str]:
        """The whole catalogue, for those who translate elsewhere."""
        return dict(self._catalogue)

    def knows(self, text: str) -> bool:
        """Whether the language has this text of the code (English knows all)."""
        return self.language == "en" or text in self._catalogue


@cache
def translator(locale: str) -> Translator:
    """The translator of a locale such as `fr_FR`; English for one that we do not have."""
    language = language_of(locale) or "en"
    path = _FOLDER / f"{language}.json"
    return Translator(language, json.loads(path.read_text("utf-8")) if path.exists() else {})


def language_of(locale: str) -> str:
    """The language of a locale or language tag if we have it, else an empty text."""
    language = re.split(r"[-_.]", locale.strip().lower(), maxsplit=1)[0]
    return language if language in LOCALES else ""


def negotiate(accept_language: str, default: str) -> str:
    """The locale that a browser's Accept-Language asks for first among ours, else `default`."""
    wanted: list[tuple[float, str]] = []
    for part in accept_language[:1000].split(","):
        tag, _, parameters = part.partition(";")
        weight = re.fullmatch(r"\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*", parameters)
        quality = float(weight[1]) if weight else (0.0 if parameters.strip() else 1.0)
        if quality > 0 and language_of(tag):
            wanted.append((quality, language_of(tag)))
    if not wanted:
        return default
    return LOCALES[max(wanted, key=lambda item: item[0])[1]]
