"""Accounts of people who work at the centre or in an agency. Citizens have none."""

from datetime import datetime

from flask_security import RoleMixin, UserMixin
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from backend.store import Base, UtcDateTime


class Role(RoleMixin):
    """Roles are not told apart yet: the library wants the type."""


class User(UserMixin, Base):
    """One person's account.

    Attributes:
        email: Lower case; the name to log in with.
        password: argon2id hash.
        fs_uniquifier: What a session carries instead of the id; a new one ends all sessions.
    """

    __tablename__ = "accounts_user"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    password: Mapped[str] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def roles(self) -> list[RoleMixin]:  # type: ignore[override]  # the mixin expects a column
        """No roles yet."""
        return []
