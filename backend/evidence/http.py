"""The log in public: checkpoint, tiles, proofs, and the keys slips are verified with. Nothing here names a person."""

from base64 import b64encode
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from backend.evidence.errors import TreeRangeError
from backend.evidence.log import EvidenceLog
from backend.evidence.slips import SlipSigner
from backend.evidence.tile_path import find_tile_path
from contracts.fleet import KEYS_PATH

_FOR_EVER = "public, max-age=31536000, immutable"
_NO_STORE = "no-cache"


def create_blueprint(
    log: EvidenceLog, signer: SlipSigner, find_witnessed: Callable[[], str | None] = lambda: None
) -> Blueprint:
    """Build the public routes: ``/log/checkpoint``, ``/log/tile/…``, ``/log/proof/…`` and the JWK set.

    Where witnesses are wanted, ``find_witnessed`` gives the checkpoint to publish, with their cosignatures. The newest,
    which they may not have seen, is always at ``/log/checkpoint/newest``.

    What the log does not hold is 404, a query that is not one 400, both by werkzeug's exceptions: the application turns
    those into problem documents.
    """
    public = Blueprint("evidence", __name__)

    _add_checkpoints(public, log, find_witnessed)

    @public.get("/log/tile/<path:path>")
    def tile(path: str) -> Response:
        wanted = find_tile_path(path)
        if wanted is None:
            abort(404)
        try:
            hashes = log.tile(wanted.level, wanted.index, wanted.width)
        except TreeRangeError:
            abort(404)
        return _cached(Response(hashes, mimetype="application/octet-stream"), _FOR_EVER)

    @public.get("/log/proof/inclusion")
    def inclusion() -> Response:
        index, size = _number("index"), _number("size", required=False)
        try:
            proof = log.inclusion_proof(_present(index), size)
        except TreeRangeError:
            abort(404)
        said: dict[str, Any] = {"leaf_index": proof.index, "tree_size": proof.size}
        said |= {"leaf_hash": _base64(proof.leaf_hash), "hashes": [_base64(one) for one in proof.hashes]}
        return _cached(jsonify(said), _NO_STORE if size is None else _FOR_EVER)

    @public.get("/log/proof/consistency")
    def consistency() -> Response:
        first, second = _present(_number("first")), _present(_number("second"))
        try:
            hashes = log.consistency_proof(first, second)
        except TreeRangeError:
            abort(404)
        return _cached(jsonify(first=first, second=second, hashes=[_base64(one) for one in hashes]), _FOR_EVER)

    @public.get(KEYS_PATH)
    def keys() -> Response:
        return _cached(jsonify(signer.key_set()), "public, max-age=300")

    return public


def _add_checkpoints(public: Blueprint, log: EvidenceLog, find_witnessed: Callable[[], str | None]) -> None:
    @public.get("/log/checkpoint")
    def checkpoint() -> Response:
        return _cached(Response(find_witnessed() or log.checkpoint(), mimetype="text/plain"), _NO_STORE)

    @public.get("/log/checkpoint/newest")
    def newest_checkpoint() -> Response:
        return _cached(Response(log.checkpoint(), mimetype="text/plain"), _NO_STORE)

    @public.get("/log/keys")
    def log_keys() -> Response:
        keys = "".join(f"{key}\n" for key in log.verifier_keys)
        return _cached(Response(keys, mimetype="text/plain"), "public, max-age=300")


def _number(name: str, *, required: bool = True) -> int | None:
    text = request.args.get(name)
    if text is None and not required:
        return None
    if text is None or not (text.isascii() and text.isdigit()) or len(text) > 18:
        abort(400)
    return int(text)


def _present(number: int | None) -> int:
    return number if number is not None else abort(400)


def _cached(response: Response, policy: str) -> Response:
    response.headers["Cache-Control"] = policy
    return response


def _base64(raw: bytes) -> str:
    return b64encode(raw).decode("ascii")
