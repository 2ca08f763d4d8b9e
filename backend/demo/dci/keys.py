"""Invented proofs of who speaks: the same everywhere and known to everybody, hence for demos alone."""

from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

CENTRE: Final = "centre"
BEARER: Final = "Bearer baidiao-demo"
"""What a caller may show who cannot sign, as the standard's own test suites cannot."""
UNSIGNED: Final = (None, "unsigned", "unsigned-stub")
"""What such a caller leaves in ``signature``: nothing, or one of the words that the public test suites write."""


def demo_key(name: str) -> Ed25519PrivateKey:
    """Return the invented key of an agency or of the ``centre``."""
    return Ed25519PrivateKey.from_private_bytes(sha256(f"baidiao demo {name}".encode()).digest())
