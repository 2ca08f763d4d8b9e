"""Logging in: Flask-Security over our store, with argon2 passwords and CSRF-protected forms."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import Flask, Request, current_app, g, redirect, request, url_for
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_security import MailUtil, Security, UserDatastore
from flask_security.forms import LoginForm
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from backend.accounts.models import NamedRole, User
from backend.accounts.service import EmailError, normalise_email
from backend.accounts.throttle import LoginThrottle
from backend.http.problems import PROBLEMS, answer_problem
from backend.rates import RateLimiter
from backend.store import Store
from contracts.problems import ProblemCode

_CONSOLE: Final = "/console"
_SESSION_HOURS: Final = 12
_THROTTLE: Final = "baidiao_login_throttle"

_CONFIG: Final[Mapping[str, Any]] = {
    "SECURITY_URL_PREFIX": _CONSOLE,
    "SECURITY_POST_LOGIN_VIEW": "/console/",
    "SECURITY_POST_LOGOUT_VIEW": "/console/login",
    "SECURITY_LOGOUT_METHODS": ["POST"],
    "SECURITY_LOGIN_USER_TEMPLATE": "console/login.html",
    "SECURITY_STATIC_FOLDER": None,
    "SECURITY_PASSWORD_HASH": "argon2",
    "SECURITY_PASSWORD_SCHEMES": ["argon2"],
    "SECURITY_DEPRECATED_PASSWORD_SCHEMES": [],
    # argon2 salts by itself; hashing twice only guards schemes that cut passwords short.
    "SECURITY_PASSWORD_SINGLE_HASH": ["argon2"],
    # The same answer for a wrong address and a wrong password, in about the same time.
    "SECURITY_RETURN_GENERIC_RESPONSES": True,
    "SECURITY_FLASH_MESSAGES": False,
    "SECURITY_DEFAULT_REMEMBER_ME": False,
    # Forms carry their token themselves; the device API has signatures instead.
    "WTF_CSRF_CHECK_DEFAULT": False,
    "WTF_CSRF_TIME_LIMIT": _SESSION_HOURS * 3600,
    "PERMANENT_SESSION_LIFETIME": _SESSION_HOURS * 3600,
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "SESSION_COOKIE_PATH": "/console",
}


class _Sessions(SecureCookieSessionInterface):
    """Looks at cookies where there are any: devices and agencies' systems send none, and would pay for it each time."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)


class _Mail(MailUtil):
    """Addresses are compared as we store them; the library's own check refuses domains such as ``.example``."""

    def normalize(self, email: str) -> str:
        try:
            return normalise_email(email)
        except EmailError as error:
            raise ValueError(str(error)) from error

    def validate(self, email: str) -> str:
        return self.normalize(email)


class _ThrottledLoginForm(LoginForm):
    """Looks at no password of who tries too often."""

    def validate(self, **kwargs: Any) -> bool:
        throttle: LoginThrottle = current_app.extensions[_THROTTLE]
        wait_s = throttle.admit(self.email.data or "", request.remote_addr or "")
        if wait_s:
            g.login_wait_s = wait_s
            return False
        return bool(super().validate(**kwargs))


class _Accounts(UserDatastore):
    """The library's view of our accounts: each look-up is a transaction of its own, so no page holds the database."""

    def __init__(self, store: Store) -> None:
        super().__init__(User, NamedRole)
        self._store = store

    def find_user(self, case_insensitive: bool = False, **kwargs: Any) -> User | None:
        (name, value), *rest = kwargs.items()
        if rest:
            raise ValueError("accounts are looked up by one attribute")
        column = getattr(User, name)
        if case_insensitive:
            column, value = func.lower(column), str(value).lower()
        with self._store.reading() as session:
            return session.scalar(select(User).where(column == value))

    def find_role(self, role: str) -> None:  # noqa: ARG002  (the library gives none out: ``AccountService`` does)
        return None

    def put(self, model: User) -> User:
        with self._store.transaction() as session:
            return session.merge(model)

    def commit(self) -> None:
        """Nothing is left open: ``put`` has committed."""


def install_accounts(
    app: Flask, store: Store, secret: bytes, limiter: RateLimiter, *, secure_cookies: bool
) -> CSRFProtect:
    """Add login and logout under ``/console`` and return the CSRF guard for the console's own forms."""
    app.extensions[_THROTTLE] = LoginThrottle(limiter)
    app.after_request(_say_when)
    app.config.from_mapping(_CONFIG)
    app.session_interface = _Sessions()
    app.config["SECRET_KEY"] = secret
    app.config["SECURITY_PASSWORD_SALT"] = secret.hex()  # salts the library's own tokens, not passwords
    app.config["SESSION_COOKIE_SECURE"] = secure_cookies
    csrf = CSRFProtect(app)
    others = len(app.before_request_funcs.get(None, []))
    Security(app, _Accounts(store), mail_util_cls=_Mail, login_form=_ThrottledLoginForm)
    hooks = app.before_request_funcs.get(None, [])
    hooks[others:] = [_in_console(hook) for hook in hooks[others:]]
    app.register_error_handler(CSRFError, _ask_again)
    return csrf


def _in_console(hook: Callable[[], Any]) -> Callable[[], Any]:
    """Have the library look for who is logged in where people log in; for devices and agencies it only costs time."""
    return lambda: hook() if request.path.startswith(_CONSOLE) else None


def _say_when(response: Response) -> Response:
    wait_s = g.get("login_wait_s")
    if wait_s:
        response.status_code = PROBLEMS[ProblemCode.RATE_LIMITED].status
        response.headers["Retry-After"] = str(wait_s)
    return response


def _ask_again(_error: CSRFError) -> Response:
    # A login page left open overnight has an old token: whoever comes back to it is asked again, not told off.
    if request.endpoint == "security.login":
        return redirect(url_for("security.login", stale=1, next=request.args.get("next")))
    return answer_problem(ProblemCode.BAD_REQUEST, "the form's token is missing or old")
