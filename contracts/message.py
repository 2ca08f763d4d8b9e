"""The base of every message: frozen, and tolerant of fields a newer peer adds."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=0, le=2**53 - 1)]
"""How many of something: as far as every JSON reader counts exactly (RFC 8259 section 6), and databases hold."""
Label = Annotated[str, Field(pattern=r"^[^\u0000-\u001f\u007f]*$")]
"""One line of text without control characters: PostgreSQL stores no NUL."""


class Message(BaseModel):
    """One immutable message. Unknown fields are ignored, so that old and new peers understand each other."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_max_length=20_000)


class Words(Message):
    """One text a citizen may read, in both languages.

    Attributes:
        th: Thai text, the leading one.
        en: English text, complete, never a fallback.
    """

    th: str
    en: str

    def in_language(self, language: str) -> str:
        """Return the English text for ``"en"`` and the Thai text for anything else."""
        return self.en if language == "en" else self.th
