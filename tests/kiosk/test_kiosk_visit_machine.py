"""The visit's table, by its stories: the happy one, and each way it can go wrong."""

import pickle
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.decision import AskState
from contracts.fleet import PartHealth, PartState
from kiosk.visit import effects as do
from kiosk.visit import events as ev
from kiosk.visit.machine import TABLE, begin, step
from kiosk.visit.record import initials, mask_number
from kiosk.visit.state import Farewell, Place, State, View
from tests.support.kiosk_fakes import PAPER_OUT, PAPER_WORDS, PRINTER_OK, READER_GONE, READER_OK
from tests.support.kiosk_people import PERSON, RULES, SERVICES, answer_to, news, visit_number
from tests.support.kiosk_stage import screens

ID, OTHER = visit_number(1), visit_number(2)


class Kiosk:
    """Feeds events, keeps effects."""

    def __init__(self) -> None:
        self.state = begin(RULES)
        self.now_s = 0.0
        self.effects: list[do.Effect] = []
        self.take(ev.ReaderChanged(READER_OK), ev.PrinterChanged(PRINTER_OK), ev.ServicesCame(SERVICES))

    def take(self, *events: ev.Event) -> State:
        for event in events:
            self.state, effects = step(self.state, event, self.now_s, RULES)
            self.effects += effects
        return self.state

    def wait(self, seconds: float) -> State:
        self.now_s += seconds
        return self.take(ev.Ticked())

    def of(self, kind: type) -> list:
        return [effect for effect in self.effects if isinstance(effect, kind)]

    def to_consent(self, *services: str) -> State:
        self.take(ev.CardInserted(ID), ev.CardWasRead(ID, PERSON))
        for service in services or ("old_age_allowance",):
            self.take(ev.ServiceToggled(service))
        return self.take(ev.ChoiceMade())

    def to_answer(self) -> State:
        self.to_consent()
        self.take(ev.Agreed())
        return self.take(ev.AnswerCame(ID, answer_to(self.of(do.AskCentre)[-1].question)))


@pytest.fixture
def kiosk() -> Kiosk:
    return Kiosk()


def test_every_pair_of_place_and_event_is_defined() -> None:
    assert set(TABLE) == {(place, event) for place in Place for event in ev.Event.__args__}


def test_a_visit_from_card_to_slip(kiosk: Kiosk) -> None:
    assert kiosk.to_answer().place is Place.ANSWER
    assert kiosk.take(ev.SlipWanted()).place is Place.PRINTING
    (job,) = kiosk.of(do.PrintSlip)
    assert job.record.holder.masked_number == "3-XXXX-XXXXX-45-7"
    assert job.record.holder.initials.th == "บ. ส."
    assert kiosk.take(ev.PrintEnded(ID, ev.PrintResult.PRINTED)).farewell is Farewell.WITH_SLIP
    assert kiosk.state.place is Place.TAKE_CARD
    assert kiosk.state.visit is None
    assert kiosk.take(ev.CardRemoved()).place is Place.REST
    assert len(kiosk.of(do.KeepRecord)) == 1
    assert [note.outcomes for note in kiosk.of(do.NoteVisitEnded)] == [1]


def test_several_services_are_one_question_in_the_lists_order(kiosk: Kiosk) -> None:
    kiosk.to_consent("state_welfare", "old_age_allowance", "not_on_the_list")
    kiosk.take(ev.Agreed())
    assert kiosk.of(do.AskCentre)[0].question.services == ("old_age_allowance", "state_welfare")


def test_nothing_chosen_goes_nowhere(kiosk: Kiosk) -> None:
    kiosk.take(ev.CardInserted(ID), ev.CardWasRead(ID, PERSON))
    assert kiosk.take(ev.ChoiceMade()).place is Place.SERVICES


def test_a_retry_sends_the_very_same_question_even_in_another_language(kiosk: Kiosk) -> None:
    kiosk.to_consent()
    kiosk.take(ev.Agreed(), ev.AskFailed(ID, ev.AskFault.UNREACHABLE))
    assert kiosk.state.place is Place.CENTRE_UNREACHABLE
    kiosk.take(ev.LanguageChosen("en"), ev.TriedAgain())
    first, second = kiosk.of(do.AskCentre)
    assert first == second


def test_another_choice_is_another_question(kiosk: Kiosk) -> None:
    kiosk.to_consent()
    kiosk.take(ev.Agreed(), ev.AskFailed(ID, ev.AskFault.NOT_OFFERED), ev.WentBack())
    kiosk.take(ev.ServiceToggled("state_welfare"), ev.ChoiceMade(), ev.Agreed())
    first, second = kiosk.of(do.AskCentre)
    assert first.question.question_id != second.question.question_id


@pytest.mark.parametrize(
    ("fault", "place"),
    [
        (ev.AskFault.CARD_VOID, Place.CARD_VOID),
        (ev.AskFault.CARD_MISMATCH, Place.CARD_MISMATCH),
        (ev.AskFault.NOT_OFFERED, Place.NOT_OFFERED),
        (ev.AskFault.REFUSED, Place.OUT_OF_ORDER),
    ],
)
def test_no_answer_and_why(kiosk: Kiosk, fault: ev.AskFault, place: Place) -> None:
    kiosk.to_consent()
    assert kiosk.take(ev.Agreed(), ev.AskFailed(ID, fault)).place is place
    assert kiosk.take(ev.CardRemoved()).place is Place.REST


def test_wrong_card_and_unreadable_card(kiosk: Kiosk) -> None:
    assert kiosk.take(ev.CardInserted(ID), ev.CardReadFailed(ID, ev.CardFault.NOT_THAI_ID)).place is Place.NOT_THAI_ID
    kiosk.take(ev.CardRemoved(), ev.CardInserted(OTHER), ev.CardReadFailed(OTHER, ev.CardFault.UNREADABLE))
    assert kiosk.state.place is Place.CARD_UNREADABLE
    assert kiosk.take(ev.TriedAgain()).place is Place.READING
    assert [effect.visit_id for effect in kiosk.of(do.ReadCard)] == [ID, OTHER, OTHER]


def test_a_silent_reader_a_silent_centre_and_a_silent_press(kiosk: Kiosk) -> None:
    kiosk.take(ev.CardInserted(ID))
    assert kiosk.wait(RULES.reading_s).place is Place.CARD_UNREADABLE
    kiosk.take(ev.CardWasRead(ID, PERSON), ev.ServiceToggled("old_age_allowance"), ev.ChoiceMade(), ev.Agreed())
    assert kiosk.wait(RULES.asking_s).place is Place.CENTRE_UNREACHABLE
    assert do.CancelWork(ID) in kiosk.effects
    kiosk.take(ev.TriedAgain())
    kiosk.take(ev.AnswerCame(ID, answer_to(kiosk.of(do.AskCentre)[-1].question)), ev.SlipWanted())
    assert kiosk.wait(RULES.printing_s).place is Place.LOOK_AT_TRAY
    assert kiosk.take(ev.Finished()).place is Place.TAKE_CARD


def test_a_printer_refilled_a_moment_ago_is_tried(kiosk: Kiosk) -> None:
    kiosk.to_answer()
    assert kiosk.take(ev.PrinterChanged(PAPER_OUT), ev.SlipWanted()).place is Place.PRINTING
    assert len(kiosk.of(do.PrintSlip)) == 1


def test_a_slip_that_surely_did_not_come_out_may_be_tried_again(kiosk: Kiosk) -> None:
    kiosk.to_answer()
    kiosk.take(ev.SlipWanted(), ev.PrintEnded(ID, ev.PrintResult.FAULT))
    assert kiosk.state.place is Place.PRINTER_TROUBLE
    assert kiosk.take(ev.TriedAgain()).place is Place.PRINTING
    assert len(kiosk.of(do.PrintSlip)) == 2
    assert kiosk.take(ev.PrintEnded(ID, ev.PrintResult.PRINTED)).farewell is Farewell.WITH_SLIP
    assert len(kiosk.of(do.KeepRecord)) == 1


def test_a_slip_that_may_have_come_out_is_not_printed_again(kiosk: Kiosk) -> None:
    kiosk.to_answer()
    kiosk.take(ev.SlipWanted(), ev.PrintEnded(ID, ev.PrintResult.UNSURE), ev.SlipWanted(), ev.ChoiceMade(), ev.Agreed())
    assert kiosk.state.place is Place.LOOK_AT_TRAY
    assert len(kiosk.of(do.PrintSlip)) == 1


def test_who_found_the_tray_empty_may_have_it_printed_again(kiosk: Kiosk) -> None:
    kiosk.to_answer()
    kiosk.take(ev.SlipWanted(), ev.PrintEnded(ID, ev.PrintResult.UNSURE), ev.TriedAgain())
    assert kiosk.state.place is Place.PRINTING
    assert [effect.reprint for effect in kiosk.of(do.PrintSlip)] == [False, True]


def test_what_is_wrong_with_the_printer_is_told_until_the_next_try(kiosk: Kiosk) -> None:
    kiosk.to_answer()
    kiosk.take(ev.SlipWanted(), ev.PrintEnded(ID, ev.PrintResult.FAULT, PAPER_WORDS))
    assert kiosk.state.visit is not None
    assert kiosk.state.visit.printer_trouble == PAPER_WORDS
    kiosk.take(ev.TriedAgain())
    assert kiosk.state.visit.printer_trouble is None


@pytest.mark.parametrize(("size", "large"), [("normal", False), ("large", True), ("largest", True)])
def test_large_letters_on_the_screen_are_large_on_paper(kiosk: Kiosk, size: str, large: bool) -> None:
    kiosk.to_answer()
    kiosk.take(ev.TextSizeChosen(size), ev.SlipWanted())
    (printed,) = kiosk.of(do.PrintSlip)
    assert printed.record.large_print is large


def test_the_warning_comes_before_the_end_and_can_be_answered(kiosk: Kiosk) -> None:
    kiosk.to_consent()
    for _ in range(12):
        assert kiosk.wait(RULES.idle_s).screen == "time_warning"
        assert kiosk.wait(RULES.warning_s - 1).screen == "time_warning"
        assert kiosk.take(ev.TimeExtended()).screen == "consent"
    kiosk.wait(RULES.idle_s)
    assert kiosk.wait(RULES.warning_s).farewell is Farewell.TIMED_OUT
    assert kiosk.state.visit is None


def test_a_touch_meant_for_an_earlier_screen_is_dropped(kiosk: Kiosk) -> None:
    kiosk.take(ev.CardInserted(ID), ev.CardWasRead(ID, PERSON), ev.ServiceToggled("old_age_allowance"))
    turn = kiosk.state.turn
    kiosk.take(ev.ChoiceMade(turn))
    assert kiosk.take(ev.Agreed(turn)).place is Place.CONSENT
    assert kiosk.take(ev.Agreed(kiosk.state.turn)).place is Place.ASKING


def test_late_results_of_an_earlier_visit_change_nothing(kiosk: Kiosk) -> None:
    kiosk.to_consent()
    kiosk.take(ev.Agreed())
    late = answer_to(kiosk.of(do.AskCentre)[0].question)
    kiosk.take(ev.CardRemoved(), ev.CardInserted(OTHER))
    before = kiosk.state
    for event in (
        ev.AnswerCame(ID, late),
        ev.CardWasRead(ID, PERSON),
        ev.PrintEnded(ID, ev.PrintResult.PRINTED),
        ev.AskFailed(ID, ev.AskFault.CARD_VOID),
        ev.ProgressCame(ID, news("revenue", AskState.ANSWERED)),
    ):
        assert kiosk.take(event) is before


def test_a_missed_removal_ends_the_earlier_visit_first(kiosk: Kiosk) -> None:
    kiosk.to_answer()
    kiosk.take(ev.CardInserted(OTHER))
    assert kiosk.state.visit is not None
    assert kiosk.state.visit.card is None
    assert do.CancelWork(ID) in kiosk.effects
    kiosk.take(ev.CardInserted(ID))
    assert kiosk.state.visit.visit_id == ID
    assert do.CancelWork(OTHER) in kiosk.effects


def test_a_reader_unplugged_in_a_visit_ends_it(kiosk: Kiosk) -> None:
    kiosk.to_answer()
    assert kiosk.take(ev.ReaderChanged(READER_GONE)).place is Place.OUT_OF_ORDER
    assert kiosk.state.visit is None
    assert kiosk.take(ev.ReaderChanged(READER_OK)).place is Place.REST


def test_without_a_list_of_services_the_citizen_may_wait_for_it() -> None:
    kiosk = Kiosk()
    kiosk.state = replace(kiosk.state, services=None)
    assert kiosk.take(ev.CardInserted(ID), ev.CardWasRead(ID, PERSON)).place is Place.CENTRE_UNREACHABLE
    assert kiosk.take(ev.TriedAgain()).place is Place.CENTRE_UNREACHABLE
    assert len(kiosk.of(do.FetchServices)) == 2
    assert kiosk.take(ev.ServicesCame(SERVICES)).place is Place.SERVICES
    assert kiosk.take(ev.ServicesCame(())).place is Place.NOT_OFFERED


def test_language_and_size_go_back_when_the_citizen_leaves_or_walks_away(kiosk: Kiosk) -> None:
    kiosk.take(ev.LanguageChosen("en"), ev.TextSizeChosen("largest"), ev.ContrastToggled())
    assert kiosk.state.view == View("en", "largest", more_contrast=True)
    assert kiosk.wait(RULES.idle_s).view == View()
    kiosk.to_consent()
    kiosk.take(ev.LanguageChosen("en"))
    assert kiosk.take(ev.CardRemoved()).view == View()


def test_help_lies_over_the_place_and_goes_with_it(kiosk: Kiosk) -> None:
    assert kiosk.take(ev.HelpToggled()).screen == "help"
    assert kiosk.take(ev.CardInserted(ID)).screen == "reading"


def test_a_card_that_is_not_in_far_enough_is_helped_in() -> None:
    state = screens()["rest"]
    felt, _ = step(state, ev.CardFelt(True), 100.0, RULES)
    for now_s, pushed in ((101.9, False), (102.0, True)):
        felt, _ = step(felt, ev.Ticked(), now_s, RULES)
        assert felt.push_card is pushed
    assert step(felt, ev.CardFelt(False), 103.0, RULES)[0].push_card is False
    seen, _ = step(felt, ev.CardInserted(ID), 103.0, RULES)
    assert (seen.push_card, seen.felt_at_s) == (False, None)
    served, _ = step(seen, ev.CardFelt(True), 104.0, RULES)  # the visitor's own card: the reader knows better
    assert served.felt_at_s is None


def test_keys_go_to_the_screen_and_show_that_somebody_is_there(kiosk: Kiosk) -> None:
    warned = screens()["time_warning"]
    after, effects = step(warned, ev.KeyPressed("8"), 500.0, RULES)
    assert effects == (do.PressKey("8"),)
    assert after.warned is False
    assert after.due_at_s == 500.0 + RULES.idle_s
    assert "8" not in repr(ev.KeyPressed("8")) + repr(effects)


def test_headphones_stay_in_when_the_visit_ends() -> None:
    listening, _ = step(screens()["consent"], ev.HeadphonesChanged(True), 1.0, RULES)
    gone, _ = step(listening, ev.CardRemoved(), 2.0, RULES)
    assert gone.headphones
    assert not step(gone, ev.HeadphonesChanged(False), 3.0, RULES)[0].headphones


def test_initials_pass_over_leading_vowels() -> None:
    assert initials(PERSON.name_th.model_copy(update={"first": "เกษม", "last": "ไพบูลย์"})) == "ก. พ."
    assert mask_number("1101700207030") == "1-XXXX-XXXXX-03-0"


_IDS = st.sampled_from([ID, OTHER])
_EVENTS = st.one_of(
    st.builds(ev.CardInserted, _IDS),
    st.builds(ev.CardRemoved),
    st.builds(ev.CardWasRead, _IDS, st.just(PERSON)),
    st.builds(ev.CardReadFailed, _IDS, st.sampled_from(ev.CardFault)),
    st.builds(ev.ServicesCame, st.sampled_from([(), SERVICES[:1], SERVICES])),
    st.builds(ev.ProgressCame, _IDS, st.just(news("revenue", AskState.ASKING))),
    st.builds(ev.AskFailed, _IDS, st.sampled_from(ev.AskFault)),
    st.builds(ev.PrintEnded, _IDS, st.sampled_from(ev.PrintResult)),
    st.builds(ev.ReaderChanged, st.builds(PartState, health=st.sampled_from(PartHealth))),
    st.builds(ev.PrinterChanged, st.builds(PartState, health=st.sampled_from(PartHealth))),
    st.just("answer"),
    st.builds(ev.ServiceToggled, st.sampled_from([s.id for s in SERVICES])),
    *(st.builds(kind) for kind in (ev.ChoiceMade, ev.Agreed, ev.WentBack, ev.TriedAgain, ev.SlipWanted, ev.Finished)),
    st.builds(ev.CardFelt, st.booleans()),
    st.builds(ev.HeadphonesChanged, st.booleans()),
    st.builds(ev.KeyPressed, st.sampled_from(list("0123456789*#"))),
    *(st.builds(kind) for kind in (ev.TimeExtended, ev.ContrastToggled, ev.HelpToggled, ev.Ticked)),
)
_GOING_ON = st.sampled_from(
    ["answer", ev.ChoiceMade(), ev.Agreed(), ev.SlipWanted(), ev.ServiceToggled("state_welfare")]
)


def may_print_anew(before: State, after: State) -> bool:
    if after.visit is None or before.visit is None or after.visit.visit_id != before.visit.visit_id:
        return True
    # the press was sure, or the citizen may look for himself
    return before.place is Place.PRINTING and after.place in {Place.PRINTER_TROUBLE, Place.LOOK_AT_TRAY}


@settings(max_examples=250, deadline=None)
@given(st.lists(st.tuples(st.one_of(_EVENTS, _GOING_ON), st.floats(0, 60)), max_size=60))
def test_whatever_happens_the_rules_hold(story: list) -> None:
    state, now_s, printed, turn = begin(RULES), 0.0, 0, 0
    opening = [(ev.ServicesCame(SERVICES), 0), (ev.CardInserted(ID), 0), (ev.CardWasRead(ID, PERSON), 0)]
    for told, later_s in [*opening, *story]:
        now_s += later_s
        before = state
        event = told
        if told == "answer":
            if state.visit is None or state.visit.question is None:
                continue
            event = ev.AnswerCame(state.visit.visit_id, answer_to(state.visit.question))
        state, effects = step(state, event, now_s, RULES)
        for effect in effects:
            if isinstance(effect, do.PrintSlip):
                printed += 1
                assert state.visit is not None, "a slip for nobody"
                assert effect.visit_id == state.visit.visit_id, "a slip for an earlier visit"
                assert printed == 1, "printed twice in one visit"
            if isinstance(effect, do.AskCentre):
                assert state.visit is not None
                assert effect.question.visit_id == state.visit.visit_id
        if isinstance(event, ev.CardRemoved):
            assert state.visit is None
            assert state.place in {Place.REST, Place.OUT_OF_ORDER}
            assert PERSON.citizen_number.encode() not in pickle.dumps(state)
            assert PERSON.name_th.first.encode() not in pickle.dumps(state)
        if may_print_anew(before, state):
            printed = 0
        with_nobody = {Place.REST, Place.OUT_OF_ORDER, Place.TAKE_CARD}
        assert (state.visit is None) == (state.place in with_nobody)
        if before.visit is not None and state.visit is None:
            assert any(isinstance(effect, do.Wipe) for effect in effects)
            assert any(isinstance(effect, do.CancelWork) for effect in effects)
        assert state.turn >= turn
        turn = state.turn
