"""How devices sign their requests: RFC 9421 HTTP Message Signatures, one label, one algorithm.

Both sides import these names, so that neither can drift. The library is ``http-message-signatures``; age and replayed
nonces are for the verifier to refuse.
"""

LABEL = "baidiao"
TAG = "baidiao-device-v1"
COVERED_COMPONENTS = ("@method", "@authority", "@path", "@query", "content-digest")
"""RFC 9421 section 2.2. ``@target-uri`` is left out: its scheme changes where TLS ends at a proxy."""
MAX_AGE_S = 120
MAX_AHEAD_S = 60
NONCE_BYTES = 16
"""RFC 9421 section 2.3 ``nonce``: random, base64url, refused when seen before within the age limit."""
