"""Slips signed by a test's own centre, and photographs of their codes."""

import io
from datetime import UTC, datetime, timedelta

import segno
from PIL import Image

from backend.evidence.keys import load_or_create_keys
from backend.evidence.slips import SlipSigner, slip_key_id
from contracts.decision import Outcome
from contracts.slip import SlipClaims, TokenDecision

ISSUER = "centre.baidiao.example"
NOW = datetime.now(UTC).replace(microsecond=0)
REFERENCE = "7K3M-Q9XA-2T"


def claims(**changes):
    decision = TokenDecision(service="old_age_allowance", outcome=Outcome.ELIGIBLE, amount_baht=700, leaf_index=41)
    parts = {
        "issuer": ISSUER,
        "reference": REFERENCE,
        "issued_at": NOW,
        "expires_at": NOW + timedelta(days=30),
        "holder_number": "3-XXXX-XXXXX-45-7",
        "holder_initials": "บ. ส.",
        "decisions": (decision,),
    }
    return SlipClaims(**(parts | changes))


def token_of(settings, **changes):
    key = load_or_create_keys(settings.keys_dir).slip
    return SlipSigner(key, slip_key_id(key.public_key()), ISSUER).sign(claims(**changes))


def photograph(token, kind="JPEG"):
    """The code on grey ground, a little turned, as a telephone would see it."""
    made = io.BytesIO()
    segno.make_qr(token, error="m", boost_error=False).save(made, kind="png", scale=6, border=4)
    sheet = Image.new("L", (1400, 1800), 235)
    sheet.paste(Image.open(made).convert("L"), (400, 700))
    picture = io.BytesIO()
    sheet.rotate(7, fillcolor=120).save(picture, kind)
    return picture.getvalue()
