"""Making and finding accounts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from backend.accounts.models import User
from backend.accounts.roles import Role, write_roles
from backend.store import Store

MIN_PASSWORD_LENGTH: Final = 12
"""Length is what resists guessing (NIST SP 800-63B section 3.1.1.2); no rules on kinds of characters."""


class AccountError(Exception):
    """Root of the accounts' errors."""


class PasswordTooShortError(AccountError):
    """The password has fewer than ``MIN_PASSWORD_LENGTH`` characters."""


class EmailError(AccountError):
    """The e-mail address has no form of one."""


class AccountExistsError(AccountError):
    """There is an account with this e-mail address."""


def normalise_email(typed: str) -> str:
    """Return the address as it is stored and compared.

    Raises:
        EmailError: It has no name, ``@`` and domain, or is too long.
    """
    email = typed.strip().lower()
    name, at, domain = email.partition("@")
    if not (name and at and domain) or "@" in domain or len(email) > 254 or any(c.isspace() for c in email):
        raise EmailError("this is not an e-mail address")
    return email


@dataclass(frozen=True, slots=True)
class AccountService:
    """Opens and commits the accounts' transactions."""

    store: Store

    def add(
        self, typed_email: str, password: str, unique: str, now: datetime, roles: Iterable[Role] = (Role.FLEET_ADMIN,)
    ) -> str:
        """Make an account and return its e-mail address.

        Args:
            typed_email: As typed.
            password: In clear; only its argon2id hash is stored.
            unique: Fresh random text, at most 64 characters.
            now: Aware.
            roles: What the account may do.

        Raises:
            AccountError: The address or password cannot be used, or the account exists.
        """
        email = normalise_email(typed_email)
        if len(password) < MIN_PASSWORD_LENGTH:
            raise PasswordTooShortError(f"the password needs at least {MIN_PASSWORD_LENGTH} characters")
        hashed = PasswordHasher().hash(password)
        try:
            with self.store.transaction() as session:
                session.add(
                    User(
                        email=email,
                        password=hashed,
                        fs_uniquifier=unique,
                        created_at=now,
                        active=True,
                        role_names=write_roles(roles),
                    )
                )
        except IntegrityError as error:
            raise AccountExistsError("there is an account with this address") from error
        return email

    def set_password(self, typed_email: str, password: str, unique: str) -> bool:
        """Give an account a new password and end its sessions; returns whether there is such an account.

        Raises:
            AccountError: The address or password cannot be used.
        """
        email = normalise_email(typed_email)
        if len(password) < MIN_PASSWORD_LENGTH:
            raise PasswordTooShortError(f"the password needs at least {MIN_PASSWORD_LENGTH} characters")
        hashed = PasswordHasher().hash(password)
        with self.store.transaction() as session:
            user = session.scalar(select(User).where(User.email == email))
            if user is not None:
                user.password, user.fs_uniquifier = hashed, unique
            return user is not None

    def grant(self, typed_email: str, roles: Iterable[Role]) -> bool:
        """Give an account these roles and no others; returns whether there is such an account.

        Raises:
            EmailError: The address cannot be one.
        """
        email = normalise_email(typed_email)
        with self.store.transaction() as session:
            user = session.scalar(select(User).where(User.email == email))
            if user is not None:
                user.role_names = write_roles(roles)
            return user is not None

    def list_accounts(self) -> list[tuple[str, frozenset[Role]]]:
        """Return every account's address and roles, by address."""
        with self.store.reading() as session:
            return [(user.email, user.held) for user in session.scalars(select(User).order_by(User.email))]
