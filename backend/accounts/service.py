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


class AgencyOfAccountError(AccountError):
    """A steward without an agency, or an agency given to somebody who is none."""


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
class Account:
    """One account, as administrators see it.

    Attributes:
        email: Its address.
        roles: What it may do.
        agency_id: Whose steward it is.
    """

    email: str
    roles: frozenset[Role]
    agency_id: str | None


def check_agency(roles: Iterable[Role], agency_id: str | None) -> None:
    """Check that stewards, and they alone, belong to an agency (pure).

    Raises:
        AgencyOfAccountError: Not so.
    """
    is_steward = Role.STEWARD in set(roles)
    if is_steward and agency_id is None:
        raise AgencyOfAccountError("a steward needs his agency: --agency ID")
    if agency_id is not None and not is_steward:
        raise AgencyOfAccountError("only a steward belongs to an agency: --role steward")


@dataclass(frozen=True, slots=True)
class AccountService:
    """Opens and commits the accounts' transactions."""

    store: Store

    def add(
        self,
        typed_email: str,
        password: str,
        unique: str,
        now: datetime,
        roles: Iterable[Role] = (Role.FLEET_ADMIN,),
        agency_id: str | None = None,
    ) -> str:
        """Make an account and return its e-mail address.

        Args:
            typed_email: As typed.
            password: In clear; only its argon2id hash is stored.
            unique: Fresh random text, at most 64 characters.
            now: Aware.
            roles: What the account may do.
            agency_id: A steward's agency; None for everybody else.

        Raises:
            AccountError: The address, password or agency cannot be used, or the account exists.
        """
        held = frozenset(roles)
        check_agency(held, agency_id)
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
                        role_names=write_roles(held),
                        agency_id=agency_id,
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

    def grant(self, typed_email: str, roles: Iterable[Role], agency_id: str | None = None) -> bool:
        """Give an account these roles and no others; returns whether there is such an account.

        Args:
            typed_email: As typed.
            roles: What it may do from now on.
            agency_id: A steward's agency; None: the one he has.

        Raises:
            AccountError: The address cannot be one, or a steward has no agency.
        """
        email, held = normalise_email(typed_email), frozenset(roles)
        with self.store.transaction() as session:
            user = session.scalar(select(User).where(User.email == email))
            if user is not None:
                agency = agency_id or (user.agency_id if Role.STEWARD in held else None)
                check_agency(held, agency)
                user.role_names, user.agency_id = write_roles(held), agency
            return user is not None

    def list_accounts(self) -> list[Account]:
        """Return every account, by address."""
        with self.store.reading() as session:
            users = session.scalars(select(User).order_by(User.email))
            return [Account(user.email, user.held, user.agency_id) for user in users]
