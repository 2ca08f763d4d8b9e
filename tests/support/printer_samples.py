"""Invented slips, signed with a test key. Nobody's number, nobody's name."""

import base64
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cwt import COSE, COSEKey

from contracts.decision import (
    Amount,
    Answer,
    AskState,
    Assurance,
    Decision,
    LeafReference,
    NotKnownCause,
    Outcome,
    Reason,
    RuleVersion,
    SourceOutcome,
)
from contracts.message import Words
from contracts.slip import MaskedHolder, SlipClaims, SlipRecord, TokenDecision, encode_claims, encode_token_text

DECIDED_AT = datetime(2026, 1, 15, 3, 42, tzinfo=UTC)
EXPIRES_AT = DECIDED_AT + timedelta(days=30)
KEY_ID = "c-2026"
PRIVATE_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))

CIVIL = Words(th="สำนักทะเบียนกลาง กรมการปกครอง", en="Civil Registry, Department of Provincial Administration")
REVENUE = Words(th="กรมสรรพากร", en="Revenue Department")
COMPTROLLER = Words(th="กรมบัญชีกลาง", en="Comptroller General's Department")
DISABILITY = Words(th="กรมส่งเสริมและพัฒนาคุณภาพชีวิตคนพิการ", en="Department of Empowerment of Persons with Disabilities")
HEALTH = Words(th="สำนักงานหลักประกันสุขภาพแห่งชาติ", en="National Health Security Office")
LOCAL = Words(th="องค์กรปกครองส่วนท้องถิ่น", en="Local administrative organization")


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def public_keys(kid: str = KEY_ID, key: Ed25519PrivateKey = PRIVATE_KEY) -> dict:
    x = _b64(key.public_key().public_bytes_raw())
    jwk = {"kty": "OKP", "crv": "Ed25519", "kid": kid, "alg": "EdDSA", "use": "sig", "x": x}
    return {"keys": [jwk | {"iss": "centre.baidiao.example"}]}


def signing_key(kid: str = KEY_ID, key: Ed25519PrivateKey = PRIVATE_KEY):
    jwk = {**public_keys(kid, key)["keys"][0], "d": _b64(key.private_bytes_raw()), "key_ops": ["sign"]}
    del jwk["use"], jwk["iss"]
    return COSEKey.from_jwk(jwk)


def sign(claims: SlipClaims, kid: str = KEY_ID, key: Ed25519PrivateKey = PRIVATE_KEY) -> str:
    """Plain COSE_Sign1: ``cwt.encode`` would add a not-before claim from the machine's clock."""
    payload, protected = cbor2.dumps(encode_claims(claims)), {1: -8, 4: kid.encode()}
    return encode_token_text(COSE.new().encode_and_sign(payload, signing_key(kid, key), protected=protected))


def _decision(service, name, agency, outcome, reasons, next_step, amount=None, leaf=118_204):
    return Decision(
        service=service,
        service_name=name,
        agency=agency,
        outcome=outcome,
        reasons=tuple(Reason(code=code, words=words) for code, words in reasons),
        amount=amount,
        next_step=next_step,
        rule=RuleVersion(table=service, version="2569.1", effective_from=date(2025, 10, 1)),
        leaf=LeafReference(index=leaf, hash="0" * 64),
    )


OLD_AGE = _decision(
    "old_age_allowance",
    Words(th="เบี้ยยังชีพผู้สูงอายุ", en="Old-age allowance"),
    LOCAL,
    Outcome.ELIGIBLE,
    [
        ("age.reached", Words(th="ท่านมีอายุครบ 60 ปีบริบูรณ์แล้ว", en="You have reached the age of 60.")),
        (
            "pension.none",
            Words(th="ท่านไม่ได้รับบำนาญหรือสวัสดิการอื่นจากรัฐเป็นประจำ", en="You receive no state pension."),
        ),
    ],
    Words(
        th="นำบัตรประชาชนและสมุดบัญชีธนาคารไปลงทะเบียนที่เทศบาลหรือ อบต. ตามทะเบียนบ้าน ภายในวันที่ 30 พฤศจิกายน พ.ศ. 2569",
        en="Register at your municipality with your ID card and bank book by 30 Nov 2026.",
    ),
    Amount(baht=600, period="month"),
)
DISABLED = _decision(
    "disability_allowance",
    Words(th="เบี้ยความพิการ", en="Disability allowance"),
    LOCAL,
    Outcome.NOT_ELIGIBLE,
    [
        (
            "card.none",
            Words(th="ไม่พบบัตรประจำตัวคนพิการที่ยังไม่หมดอายุ", en="No valid disability card was found."),
        )
    ],
    Words(
        th="หากท่านมีความพิการ ขอออกบัตรประจำตัวคนพิการได้ที่ศูนย์บริการคนพิการจังหวัด แล้วกลับมาตรวจสอบใหม่",
        en="If you have a disability, apply for a disability card at the provincial service centre, then check again.",
    ),
    leaf=118_205,
)
WELFARE = _decision(
    "state_welfare",
    Words(th="บัตรสวัสดิการแห่งรัฐ", en="State welfare card"),
    Words(th="กระทรวงการคลัง", en="Ministry of Finance"),
    Outcome.UNDECIDED,
    [
        (
            "income.not_known",
            Words(th="กรมสรรพากรยังไม่ตอบข้อมูลรายได้ของท่าน", en="The Revenue Department has not answered about income."),
        )
    ],
    Words(
        th="โปรดกลับมาตรวจสอบใหม่ในวันทำการถัดไป ท่านไม่ต้องนำเอกสารใดมาเพิ่ม",
        en="Please check again on the next working day. You need not bring any papers.",
    ),
    leaf=118_206,
)
COVERAGE = _decision(
    "health_coverage",
    Words(th="สิทธิหลักประกันสุขภาพ", en="Health coverage"),
    HEALTH,
    Outcome.ELIGIBLE,
    [("scheme.ucs", Words(th="ท่านมีสิทธิหลักประกันสุขภาพแห่งชาติ (บัตรทอง)", en="You hold universal coverage."))],
    Words(
        th="เมื่อเจ็บป่วย ยื่นบัตรประชาชนที่หน่วยบริการปฐมภูมิใกล้บ้านได้ทุกแห่ง",
        en="When ill, show your ID card at any primary care unit near you.",
    ),
    leaf=118_207,
)


def _sources(*silent: str) -> tuple[SourceOutcome, ...]:
    asked = {
        "civil_registry": CIVIL,
        "revenue": REVENUE,
        "comptroller_general": COMPTROLLER,
        "disability_register": DISABILITY,
        "health_security": HEALTH,
    }
    return tuple(
        SourceOutcome(
            agency_id=name,
            agency=words,
            state=AskState.NOT_KNOWN if name in silent else AskState.ANSWERED,
            cause=NotKnownCause.TIMEOUT if name in silent else None,
        )
        for name, words in asked.items()
    )


def claims_of(reference: str, decisions, expires_at: datetime = EXPIRES_AT) -> SlipClaims:
    return SlipClaims(
        issuer="centre.baidiao.example",
        reference=reference,
        issued_at=DECIDED_AT,
        expires_at=expires_at,
        holder_number="1-xxxx-xxxxx-12-3",
        holder_initials="ส.ร.",
        decisions=tuple(
            TokenDecision(
                service=d.service,
                outcome=d.outcome,
                amount_baht=d.amount.baht if d.amount else None,
                leaf_index=d.leaf.index,
            )
            for d in decisions
        ),
    )


def record_of(reference: str, decisions, sources) -> SlipRecord:
    return SlipRecord(
        visit_id="5b0c8f4e-0f5a-4c1c-9a50-6f6f2f0f9a01",
        place=Words(th="ศาลากลางจังหวัดน่าน ชั้น 1", en="Nan Provincial Hall, floor 1"),
        agency=Words(th="ศูนย์ดำรงธรรมจังหวัดน่าน", en="Nan Provincial Service Centre"),
        holder=MaskedHolder(masked_number="1-xxxx-xxxxx-12-3", initials=Words(th="ส.ร.", en="S.R.")),
        answer=Answer(
            question_id=UUID("0d2a4c8e-7c0b-4f1e-8f8a-111111111111"),
            reference=reference,
            decided_at=DECIDED_AT,
            expires_at=EXPIRES_AT,
            assurance=Assurance.CONFIRMED,
            decisions=tuple(decisions),
            sources=sources,
            slip_token=sign(claims_of(reference, decisions)),
        ),
    )


def one_service() -> SlipRecord:
    return record_of("7K3M-Q9XA-2T", [OLD_AGE], (_sources()[0], _sources()[2]))


def four_services() -> SlipRecord:
    return record_of("B4WD-8HZN-5C", [OLD_AGE, DISABLED, WELFARE, COVERAGE], _sources("revenue"))


_LONG = Words(
    th="โครงการเงินอุดหนุนเพื่อการเลี้ยงดูเด็กแรกเกิดและพัฒนาคุณภาพชีวิตผู้สูงอายุในครัวเรือนที่มีรายได้น้อย",
    en="Grant for raising newborn children and for the quality of life of older people in low-income households",
)
_LONG_AGENCY = Words(
    th="กรมส่งเสริมและพัฒนาคุณภาพชีวิตคนพิการ กระทรวงการพัฒนาสังคมและความมั่นคงของมนุษย์",
    en="Department of Empowerment of Persons with Disabilities, Ministry of Social Development and Human Security",
)


def twelve_services() -> SlipRecord:
    """As many services as one question may name, some of them with names longer than a line."""
    base = [OLD_AGE, DISABLED, WELFARE, COVERAGE] * 3
    long = {"service_name": _LONG, "agency": _LONG_AGENCY}
    decisions = [
        decision.model_copy(update=(long if at % 5 == 1 else {}) | {"leaf": LeafReference(index=at, hash="0" * 64)})
        for at, decision in enumerate(base)
    ]
    record = record_of("Z9Y8-X7W6-V5", decisions, _sources("revenue", "health_security"))
    return record.model_copy(update={"agency": _LONG_AGENCY})


def undecided() -> SlipRecord:
    return record_of("M2PY-6RJE-9V", [WELFARE], (_sources("revenue")[0], _sources("revenue")[1]))
