"""The token before a verifier that is not ours: the ``claim169`` library."""

from datetime import datetime, timedelta

import claim169
import pytest

from contracts.slip import TOKEN_PREFIX, encode_token_text, parse_token_text
from tests.support.printer_samples import OLD_AGE, PRIVATE_KEY, claims_of, four_services, one_service, sign

PUBLIC_KEY = PRIVATE_KEY.public_key().public_bytes_raw()
NEXT_YEAR = datetime.now().astimezone() + timedelta(days=366)


def verified(token: str, *, timestamps: bool = False):
    text = token.removeprefix(TOKEN_PREFIX)
    return claim169.decode_with_ed25519(text, PUBLIC_KEY, validate_timestamps=timestamps)


@pytest.mark.parametrize("record", [one_service(), four_services()], ids=["one service", "four services"])
def test_it_accepts_our_tokens_and_reads_the_masked_holder(record):
    found = verified(record.answer.slip_token)
    assert found.verification_status == "verified"
    assert found.claim169.id == "1xxxxxxxxx123"
    assert found.claim169.full_name == "ส.ร."
    assert found.cwt_meta.expires_at == int(record.answer.expires_at.timestamp())
    assert found.cwt_meta.issued_at == int(record.answer.decided_at.timestamp())


def test_it_reads_the_fuller_form():
    fuller = {"holder_initials": "นางสาวสมหญิง ตัวอย่าง", "holder_birth": "19600115"}
    found = verified(sign(claims_of("AAAA-BBBB-CC", [OLD_AGE]).model_copy(update=fuller)))
    assert found.claim169.full_name == "นางสาวสมหญิง ตัวอย่าง"
    assert found.claim169.date_of_birth.replace("-", "") == "19600115"


def test_it_minds_the_expiry():
    current = sign(claims_of("AAAA-BBBB-CC", [OLD_AGE], NEXT_YEAR.replace(microsecond=0)))
    assert verified(current, timestamps=True).verification_status == "verified"
    with pytest.raises(claim169.Claim169Exception, match="expired"):
        verified(one_service().answer.slip_token, timestamps=True)


def test_it_refuses_every_flipped_bit():
    cose = parse_token_text(one_service().answer.slip_token)
    accepted = []
    for bit in range(8 * len(cose)):
        altered = bytearray(cose)
        altered[bit // 8] ^= 1 << bit % 8
        try:
            verified(encode_token_text(bytes(altered)))
        except claim169.Claim169Exception:
            continue
        accepted.append(bit)
    assert accepted == []


def test_the_longest_service_name_still_makes_a_code_of_version_9():
    """262 characters (ISO/IEC 18004 table 7, 9-M, alphanumeric): 53 modules at six dots fit 58 mm paper."""
    longest = OLD_AGE.model_copy(update={"service": "disability_allowance"})
    claims = claims_of("ZZZZ-ZZZZ-ZZ", [longest]).model_copy(update={"holder_initials": "บ. ส."})
    assert len(sign(claims)) <= 262
