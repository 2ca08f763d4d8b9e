"""Messages about slips: asking the centre whether one is genuine, and the list of those taken back."""

from pydantic import AwareDatetime, Field

from contracts.message import Message, Words
from contracts.slip import SlipClaims
from contracts.slip_verification import Verdict

VERIFY_PATH = "/v1/device/slips/verify"
REVOCATIONS_PATH = "/.well-known/slip-revocations.json"
PROOF_PATH = "/log/slip-proof"
LOG_KEYS_PATH = "/log/keys"


class SlipQuestion(Message):
    """Body of ``POST /v1/device/slips/verify``: is this slip genuine?"""

    token: str = Field(max_length=4000, repr=False, description="Text of the slip's QR code")


class Revocation(Message):
    """A slip taken back.

    Attributes:
        reference: The slip's.
        revoked_at: UTC.
        reason: In the officer's words; never about the citizen.
    """

    reference: str
    revoked_at: AwareDatetime
    reason: str


class SlipVerdict(Message):
    """What may be said of the slip.

    Attributes:
        verdict: In one word.
        words: For an officer at a counter.
        claims: What the slip says, when its signature is good.
        revocation: When and why it was taken back.
    """

    verdict: Verdict
    words: Words
    claims: SlipClaims | None = None
    revocation: Revocation | None = None


class RevocationList(Message):
    """Answer to ``GET /.well-known/slip-revocations.json``: for who verifies without a network.

    Attributes:
        issuer: Whose slips.
        as_of: When the list was made.
        references: Slips taken back that would still be current.
    """

    issuer: str
    as_of: AwareDatetime
    references: tuple[str, ...]


class ProvenLeaf(Message):
    """A record that the slip names, and the way from it to the checkpoint's root.

    Attributes:
        leaf_index: Its place, zero-based.
        leaf: The record, canonical JSON.
        hashes: Audit path (RFC 6962 section 2.1.1), base64, the leaf's sibling first.
    """

    leaf_index: int
    leaf: str = Field(repr=False)
    hashes: tuple[str, ...]


class SlipProof(Message):
    """Answer to ``POST /log/slip-proof``: nothing in it needs to be believed, all of it can be checked.

    Attributes:
        checkpoint: The signed note that witnesses stand by, or the newest when they have not seen the slip's records.
        leaves: Records that the slip names, as far as the checkpoint holds them.
    """

    checkpoint: str
    leaves: tuple[ProvenLeaf, ...]
