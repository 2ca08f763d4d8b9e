"""The base of every message: frozen, and tolerant of fields a newer peer adds."""

from pydantic import BaseModel, ConfigDict


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
