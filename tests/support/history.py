"""A centre with histories: decisions are made by the real service, and looked at by whom they are about."""

from uuid import uuid4

from backend.eligibility.loading import load_rulebook
from backend.evidence.keyring import FixedKeyring
from backend.history.building import History, Needs, build_history
from backend.mandates.book import MandateBook
from contracts.decision import Answer, Question, Subject
from contracts.history import DisputeQuestion, DisputeReason, HistoryEntry, HistoryPage, HistoryQuestion
from contracts.message import Words
from tests.support.linkage_agencies import subject
from tests.support.linkage_decisions import KEYRING, TOWN, Centre, TestDevice, body_of, question

DEVICE = TestDevice()
TOWN_NAME = Words(th="เทศบาลตัวอย่าง", en="Municipality of Tuayang")


def history_of(centre: Centre, keyring: FixedKeyring = KEYRING) -> History:
    rules = load_rulebook()
    needs = Needs(
        store=centre.store,
        log=centre.log,
        keyring=keyring,
        gatherer=centre.gatherer,
        mandates=MandateBook(centre.store),
        agencies=lambda: {**rules.agencies(), TOWN: TOWN_NAME},
        services={service.id: service.name for service in rules.services()},
        now=lambda: centre.now,
        random_bytes=lambda count: bytes(uuid4().bytes[:count]),
    )
    return build_history(needs)


def ask(centre: Centre, *services: str, device: TestDevice = DEVICE, **changes: object) -> Answer:
    asked: Question = question(*services, **changes)
    return centre.service.ask(device, asked, body_of(asked))


def look(centre: Centre, history: History | None = None, **changes: object) -> HistoryPage:
    given = {"visit_id": uuid4(), "subject": subject(), **changes}
    return (history or history_of(centre)).service.page(DEVICE, HistoryQuestion.model_validate(given))


def dispute(
    centre: Centre,
    leaf_index: int,
    act: str = "open",
    reason: DisputeReason = DisputeReason.NOT_ME,
    about: Subject | None = None,
) -> HistoryEntry:
    asked = DisputeQuestion(visit_id=uuid4(), subject=about or subject(), leaf_index=leaf_index, act=act, reason=reason)
    return history_of(centre).service.dispute(asked)
