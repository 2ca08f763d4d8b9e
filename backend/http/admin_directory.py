"""The directory of agencies by HTTP, for administrators' tools: read, changed as a whole or not at all, taken up."""

import json
from pathlib import Path
from typing import Final

import structlog
from flask import Blueprint, Response

from backend.http.admin_messages import DIRECTORY_PATH, DirectoryChange, DirectoryPiece
from backend.http.agency_gate import current_client
from backend.http.messages import answer_message, read_message
from backend.http.problems import ProblemError, answer_problem
from backend.linkage.editing import differences, put_entries, remove_entry
from backend.linkage.errors import DirectoryError
from backend.linkage.file import replace_directory
from backend.linkage.running import RunningCentre
from contracts.problems import ProblemCode

_SHOWN: Final = ("facts", "agencies")
_SAID_AT_MOST: Final = 5
_log = structlog.get_logger(__name__)


def create_blueprint(file: Path | None, running: RunningCentre) -> Blueprint:
    """Build the routes.

    Args:
        file: The directory; None while the centre uses the demo's, which nobody may change.
        running: The centre, to have its workers load the directory.
    """
    blueprint = Blueprint("admin_directory", __name__)
    blueprint.register_error_handler(DirectoryError, _refuse)

    def own() -> Path:
        if file is None:
            raise ProblemError(ProblemCode.STATE_CONFLICT, "name a directory in BAIDIAO_CENTRE_AGENCIES_FILE first")
        return file

    def change(path: Path, old: str, new: str) -> Response:
        changes = differences(old, new)
        if changes:
            replace_directory(path, new)
            _log.info("directory_changed", client_id=current_client().device_id, changes=len(changes))
        return answer_message(DirectoryChange(changes=changes, taken_up=False))

    @blueprint.get(DIRECTORY_PATH)
    def show() -> Response:
        tree = json.loads(own().read_text("utf-8"))
        return answer_message(DirectoryPiece.model_validate({part: tree.get(part, []) for part in _SHOWN}))

    @blueprint.post(DIRECTORY_PATH)
    def put() -> Response:
        piece, path = read_message(DirectoryPiece), own()
        old = path.read_text("utf-8")
        return change(path, old, put_entries(old, piece.model_dump_json()))

    @blueprint.delete(f"{DIRECTORY_PATH}/<name>")
    def remove(name: str) -> Response:
        path = own()
        old = path.read_text("utf-8")
        return change(path, old, remove_entry(old, name))

    @blueprint.post(f"{DIRECTORY_PATH}/reload")
    def reload() -> Response:
        new = own().read_text("utf-8")
        replace_directory(own(), new)  # also checks it
        changes = differences(running.loaded() or '{"agencies": []}', new)
        taken_up = running.renew_workers()
        if taken_up:
            running.note_loaded(new)
        return answer_message(DirectoryChange(changes=changes, taken_up=taken_up))

    return blueprint


def _refuse(error: DirectoryError) -> Response:
    return answer_problem(ProblemCode.BAD_REQUEST, "; ".join(error.problems[:_SAID_AT_MOST]))
