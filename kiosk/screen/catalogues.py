"""Words of the screen, from gettext catalogues read as written (``.po``), so that nothing compiled grows stale."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from babel.messages.pofile import read_po

LANGUAGES = ("th", "en")
FOLDER = Path(__file__).parent / "locale"


class WordMissingError(KeyError):
    """A template asks for words that the catalogue does not have: our bug.

    Attributes:
        key: The stable key asked for.
        language: In which catalogue.
    """

    def __init__(self, key: str, language: str) -> None:
        super().__init__(f"{language}: {key}")
        self.key = key
        self.language = language


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One language's words under stable keys."""

    language: str
    words: Mapping[str, str]

    def say(self, key: str, **values: object) -> str:
        """Return the words under ``key``, with ``{name}`` places filled in.

        Raises:
            WordMissingError: No such words.
        """
        try:
            words = self.words[key]
        except KeyError:
            raise WordMissingError(key, self.language) from None
        return words.format(**values) if values else words


def read_catalogue(language: str, folder: Path = FOLDER) -> Catalogue:
    """Read one language's ``kiosk.po``. Empty and fuzzy entries are left out, so that tests find them missing."""
    with (folder / language / "LC_MESSAGES" / "kiosk.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    words = {str(entry.id): str(entry.string) for entry in catalogue if entry.id and entry.string and not entry.fuzzy}
    return Catalogue(language, words)


def read_catalogues() -> dict[str, Catalogue]:
    """Read all languages."""
    return {language: read_catalogue(language) for language in LANGUAGES}
