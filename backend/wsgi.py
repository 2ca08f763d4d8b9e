"""For servers that want a WSGI factory: ``gunicorn 'backend.wsgi:create()'``. ``baidiao centre serve`` needs it not."""

import os

from flask import Flask

from backend.bootstrap import build_app
from backend.settings import read_settings


def create() -> Flask:
    """Read the environment and build the application."""
    return build_app(read_settings(os.environ))
