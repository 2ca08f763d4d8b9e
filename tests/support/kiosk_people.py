"""An invented person, a catalogue and answers for the kiosk's tests: shaped as the centre shapes them."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from contracts.card import Address, Birth, CardRead, Name
from contracts.decision import (
    Amount,
    Answer,
    AskState,
    Assurance,
    Decision,
    FactAsked,
    LeafReference,
    NotKnownCause,
    Outcome,
    Progress,
    Question,
    Reason,
    RuleVersion,
    Service,
    SourceOutcome,
)
from contracts.message import Words
from kiosk.visit.state import Rules

AGENCIES = {
    "civil_registry": Words(th="กรมการปกครอง", en="Department of Provincial Administration"),
    "revenue": Words(th="กรมสรรพากร", en="Revenue Department"),
    "comptroller_general": Words(th="กรมบัญชีกลาง", en="Comptroller General's Department"),
    "disability_register": Words(
        th="กรมส่งเสริมและพัฒนาคุณภาพชีวิตคนพิการ", en="Department of Empowerment of Persons with Disabilities"
    ),
    "health_security": Words(th="สำนักงานหลักประกันสุขภาพแห่งชาติ", en="National Health Security Office"),
}


def _service(key: str, th: str, en: str, agency: Words, summary: Words, facts: list[tuple[str, str, str]]) -> Service:
    asked = tuple(FactAsked(fact=Words(th=a, en=b), agency=AGENCIES[who]) for a, b, who in facts)
    return Service(id=key, name=Words(th=th, en=en), agency=agency, summary=summary, facts=asked)


_DOLA = Words(th="กรมส่งเสริมการปกครองท้องถิ่น", en="Department of Local Administration")
_FPO = Words(th="สำนักงานเศรษฐกิจการคลัง", en="Fiscal Policy Office")
_DCY = Words(th="กรมกิจการเด็กและเยาวชน", en="Department of Children and Youth")
_BIRTH = ("วันเกิดและสัญชาติ", "Date of birth and nationality", "civil_registry")
_HOME = ("ภูมิลำเนา", "Registered home", "civil_registry")
SERVICES = (
    _service(
        "old_age_allowance",
        "เบี้ยยังชีพผู้สูงอายุ",
        "Old-age allowance",
        _DOLA,
        Words(th="เงินช่วยเหลือรายเดือนสำหรับผู้มีอายุ 60 ปีขึ้นไป", en="A monthly allowance from the age of 60."),
        [_BIRTH, _HOME, ("บำนาญหรือเงินประจำจากรัฐ", "State pension or regular benefit", "comptroller_general")],
    ),
    _service(
        "disability_allowance",
        "เบี้ยความพิการ",
        "Disability allowance",
        _DOLA,
        Words(th="เงินช่วยเหลือรายเดือนสำหรับผู้มีบัตรประจำตัวคนพิการ", en="Monthly, for holders of a disability card."),
        [_BIRTH, _HOME, ("บัตรประจำตัวคนพิการ", "Disability card", "disability_register")],
    ),
    _service(
        "state_welfare",
        "บัตรสวัสดิการแห่งรัฐ",
        "State welfare registration",
        _FPO,
        Words(th="สวัสดิการสำหรับผู้มีรายได้น้อย", en="Support for people on a low income."),
        [
            _BIRTH,
            ("รายได้และทรัพย์สินทางการเงิน", "Income and financial assets", "revenue"),
            ("ที่ดินและสิ่งปลูกสร้าง", "Land and buildings", "revenue"),
        ],
    ),
    _service(
        "newborn_grant",
        "เงินอุดหนุนเด็กแรกเกิด",
        "Newborn child grant",
        _DCY,
        Words(th="เงินอุดหนุนรายเดือนสำหรับบุตรอายุไม่ถึง 3 ปี", en="A monthly grant for a child under three."),
        [_BIRTH, ("รายได้ต่อคนในครัวเรือน", "Income per head of the household", "revenue")],
    ),
    _service(
        "health_coverage",
        "สิทธิหลักประกันสุขภาพ",
        "Health coverage",
        AGENCIES["health_security"],
        Words(th="สิทธิการรักษาและหน่วยบริการประจำของท่าน", en="Your right to care and your registered hospital."),
        [("สิทธิและหน่วยบริการ", "Scheme and hospital", "health_security")],
    ),
)
PERSON = CardRead(
    citizen_number="3550100123457",
    name_th=Name(prefix="นาง", first="บุญเรือน", last="แสงทองดี"),
    name_en=Name(prefix="Mrs.", first="Bunruean", last="Saengthongdi"),
    birth=Birth(year=1953),
    sex="female",
    issuer="ท้องถิ่นเทศบาลเมืองน่าน/น่าน",
    issued=date(2013, 3, 12),
    expires=None,
    expires_never=True,
    address=Address(house="48/2", moo="5", subdistrict="ในเวียง", district="เมืองน่าน", province="น่าน"),
    request_number="55010312143/03121437",
    photo_number="55010503121437",
    card_type="01",
    layout="0003",
    atr="3B6800005448204E49442036",
    exchanges=8,
)
RULES = Rules(
    place=Words(th="ที่ว่าการอำเภอเมืองน่าน", en="Mueang Nan District Office"),
    agency=Words(th="กรมการปกครอง", en="Department of Provincial Administration"),
)
DECIDED_AT = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
_REASONS = {
    Outcome.ELIGIBLE: [
        Words(th="ท่านอายุ 73 ปี ซึ่งอยู่ในช่วง 70–79 ปี", en="You are 73, which is between 70 and 79."),
        Words(th="ท่านไม่ได้รับบำนาญหรือเงินประจำจากรัฐ", en="You receive no pension or regular benefit from the state."),
    ],
    Outcome.NOT_ELIGIBLE: [Words(th="รายได้ในปีที่ผ่านมาเกิน 100,000 บาท", en="Last year's income was above 100,000 baht.")],
    Outcome.UNDECIDED: [
        Words(
            th="ยังไม่ทราบว่าท่านมีบัตรประจำตัวคนพิการที่ยังไม่หมดอายุหรือไม่",
            en="It is not known yet whether you hold a valid disability card.",
        )
    ],
}
_NEXT = {
    Outcome.ELIGIBLE: Words(
        th="นำใบคำตอบนี้ไปยื่นที่เทศบาลหรือ อบต. ตามทะเบียนบ้าน ไม่ต้องใช้สำเนาเอกสาร",
        en="Take the slip to the local authority of your registered home. No photocopies are needed.",
    ),
    Outcome.NOT_ELIGIBLE: Words(
        th="หากเห็นว่าข้อมูลไม่ถูกต้อง โปรดติดต่อสำนักงานสรรพากรใกล้บ้าน",
        en="If you think this is wrong, please ask your nearest revenue office.",
    ),
    Outcome.UNDECIDED: Words(
        th="โปรดกลับมาใหม่ในวันทำการถัดไป ท่านไม่เสียสิทธิใด ๆ", en="Come back on the next working day. Nothing is lost."
    ),
}
_BY_SERVICE = {
    "old_age_allowance": Outcome.ELIGIBLE,
    "state_welfare": Outcome.NOT_ELIGIBLE,
    "disability_allowance": Outcome.UNDECIDED,
}
TOKEN = "BD1:" + "6BFOXN%TSMAHN-HVN8J7UQMJ4/36 L-AHQ+R5XH2TQ4" * 6


def answer_to(question: Question) -> Answer:
    """Answer as the centre would: one eligible, one not, one undecided; other services eligible."""
    decisions = []
    for number, service in enumerate(s for s in SERVICES if s.id in question.services):
        outcome = _BY_SERVICE.get(service.id, Outcome.ELIGIBLE)
        decisions.append(
            Decision(
                service=service.id,
                service_name=service.name,
                agency=service.agency,
                outcome=outcome,
                reasons=tuple(Reason(code=f"demo.reason_{n}", words=w) for n, w in enumerate(_REASONS[outcome])),
                amount=Amount(baht=700, period="month") if outcome is Outcome.ELIGIBLE else None,
                next_step=_NEXT[outcome],
                rule=RuleVersion(table=service.id, version="1", effective_from=date(2017, 1, 1)),
                leaf=LeafReference(index=number, hash="0" * 64),
            )
        )
    unsure = any(d.outcome is Outcome.UNDECIDED for d in decisions)
    silent = SourceOutcome(
        agency_id="disability_register",
        agency=AGENCIES["disability_register"],
        state=AskState.NOT_KNOWN,
        cause=NotKnownCause.TIMEOUT,
    )
    return Answer(
        question_id=question.question_id,
        reference="7K3M-Q9TX-2B",
        decided_at=DECIDED_AT,
        expires_at=DECIDED_AT + timedelta(days=30),
        assurance=Assurance.CONFIRMED,
        decisions=tuple(decisions),
        sources=(silent,) if unsure else (),
        slip_token=TOKEN,
    )


def news(agency: str, state: AskState) -> Progress:
    """One agency's state has changed."""
    cause = NotKnownCause.TIMEOUT if state is AskState.NOT_KNOWN else None
    return Progress(agency_id=agency, agency=AGENCIES[agency], state=state, cause=cause, elapsed_ms=40)


def visit_number(n: int) -> UUID:
    """A visit id that tests can name."""
    return UUID(int=n + 1)
