"""From an agency's entry in the directory to its providers."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from backend.linkage.adapters.broker import BrokerDesk, BrokerProvider
from backend.linkage.adapters.dci import DciProvider
from backend.linkage.adapters.hosted import HostedProvider
from backend.linkage.adapters.rest import RestProvider
from backend.linkage.adapters.secured import HedgedTransport, secure
from backend.linkage.adapters.soap import SoapProvider
from backend.linkage.adapters.sql_view import SqlViewProvider, open_read_only
from backend.linkage.adapters.together import TogetherProvider
from backend.linkage.adapters.xroad import XRoadProvider
from backend.linkage.directory import Agency
from backend.linkage.errors import DirectoryError
from backend.linkage.hosted.shelf import RegisterShelf
from backend.linkage.interfaces import DciParty
from backend.linkage.ports import Provider, Transport


def make_providers(agency: Agency, transport: Transport, shelf: RegisterShelf | None = None) -> tuple[Provider, ...]:
    """Build one provider for each request of ``agency``.

    Raises:
        DirectoryError: A key or another file that the agency's entry names cannot be used.
    """
    if agency.hosted is not None:
        if shelf is None:
            raise DirectoryError(agency.id, ("hosted registers are not kept here",))
        age = agency.hosted.max_age_days
        return tuple(HostedProvider(shelf, agency.id, request, age) for request in agency.requests)
    if agency.adapter == "sql":
        engine = open_read_only(agency.base_url)
        return tuple(SqlViewProvider(engine, request) for request in agency.requests)
    return _make_http_providers(agency, transport)


def make_together(agency: Agency, transport: Transport, single: tuple[Provider, ...]) -> tuple[Provider, ...]:
    """Build what is asked for persons out of batches: many at once where the agency takes that, ``single`` elsewhere.

    Raises:
        DirectoryError: As :func:`make_providers`.
    """
    if not any(request.bulk for request in agency.requests):
        return single
    transport = _make_transport(agency, transport)
    return tuple(
        TogetherProvider(agency.base_url, request, request.bulk, transport) if request.bulk else one
        for request, one in zip(agency.requests, single, strict=True)
    )


def _make_transport(agency: Agency, transport: Transport) -> Transport:
    transport = secure(agency.id, agency.auth, agency.tls, transport)
    if not agency.twins:
        return transport
    return HedgedTransport(transport, agency.base_url, agency.twins, agency.hedge_after_ms / 1000)


def _make_http_providers(agency: Agency, transport: Transport) -> tuple[Provider, ...]:
    url, requests = agency.base_url, agency.requests
    transport = _make_transport(agency, transport)
    if agency.adapter == "broker":
        desks = {r.path: BrokerDesk(url, r.path, r.send, transport) for r in requests}
        return tuple(BrokerProvider(desks[request.path], request.source, request) for request in requests)
    if agency.adapter == "soap":
        return tuple(SoapProvider(url, request, transport) for request in requests)
    if agency.adapter == "xroad" and agency.xroad is not None:
        party = agency.xroad
        return tuple(XRoadProvider(url, request, transport, party) for request in requests)
    if agency.adapter == "dci" and agency.dci is not None:
        peer, key = agency.dci, load_signing_key(agency.id, agency.dci)
        return tuple(DciProvider(url, request, transport, peer, key) for request in requests)
    return tuple(RestProvider(url, request, transport) for request in requests)


def load_signing_key(agency_id: str, party: DciParty) -> Ed25519PrivateKey:
    """Read the key that the centre signs its searches with.

    Raises:
        DirectoryError: There is no such key.
    """
    try:
        key = load_pem_private_key(Path(party.signing_key_file).read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise DirectoryError(agency_id, (f"signing_key_file: {type(error).__name__}",)) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise DirectoryError(agency_id, ("signing_key_file: not an Ed25519 key",))
    return key
