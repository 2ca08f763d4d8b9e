"""Accounts of people who work at the centre or in an agency. Citizens have none."""

from datetime import datetime

from flask_security import RoleMixin, UserMixin
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from backend.accounts.roles import Role, parse_roles
from backend.store import Base, UtcDateTime


class NamedRole(RoleMixin):
    """A role as the library wants it: something with a name."""

    def __init__(self, name: str) -> None:
        self.name = name


class User(UserMixin, Base):
    """One person's account.

    Attributes:
        email: Lower case; the name to log in with.
        password: argon2id hash.
        role_names: Its roles, divided by spaces.
        agency_id: Whose steward it is; None for everybody else.
        fs_uniquifier: What a session carries instead of the id; a new one ends all sessions.
    """

    __tablename__ = "accounts_user"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    password: Mapped[str] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    role_names: Mapped[str] = mapped_column("roles", String(200), default="", server_default="fleet_admin")
    agency_id: Mapped[str | None] = mapped_column(String(41))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def roles(self) -> list[RoleMixin]:  # type: ignore[override]  # the mixin expects a column
        """The account's roles under the library's type."""
        return [NamedRole(role.value) for role in sorted(self.held)]

    @property
    def held(self) -> frozenset[Role]:
        """The account's roles."""
        return parse_roles(self.role_names)
