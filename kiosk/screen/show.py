"""What a screen shows, worked out from the state: whom to greet, what is asked of whom, who is silent. Pure."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import segno
from markupsafe import Markup

from contracts.decision import Answer, AskState, Service
from contracts.fleet import PartHealth
from contracts.message import Words
from kiosk.screen.catalogues import Catalogue
from kiosk.screen.looked import show_looked
from kiosk.visit.record import mask_number
from kiosk.visit.state import Place, Rules, State, Visit

_WITH_CODE = {Place.PRINTER_TROUBLE, Place.LOOK_AT_TRAY}


@dataclass(frozen=True, slots=True)
class AgencyRow:
    """One agency on the asking screen; ``state`` is ``waiting`` until the centre has spoken of it."""

    agency: str
    state: str


def what_to_show(state: State, rules: Rules, words: Catalogue) -> dict[str, Any]:
    """Return all that the templates need for this state, in the catalogue's language."""
    language = words.language
    shown: dict[str, Any] = {
        "state": state,
        "screen": state.screen,
        "view": state.view,
        "language": language,
        "rules": rules,
        "t": lambda key, **values: unbroken(words.say(key, **values)),
        "w": lambda text: unbroken(text.in_language(language)),
        "no_paper": state.printer.health in {PartHealth.FAULT, PartHealth.ABSENT},
        "warning_s": round(rules.warning_s),
        "visit": state.visit,
    }
    if state.visit is not None:
        shown |= _about(state.visit, state, language)
    return shown


def unbroken(text: str) -> str:
    """Keep the Thai repetition mark on the line of the word it repeats. Pure."""
    return text.replace(" ๆ", "\u00a0ๆ")


def _about(visit: Visit, state: State, language: str) -> dict[str, Any]:
    chosen = [service for service in state.services or () if service.id in visit.chosen]
    about: dict[str, Any] = {
        "chosen_names": [service.name.in_language(language) for service in chosen],
        "asked": asked_of_whom(chosen, language),
        "rows": agency_rows(chosen, visit, language),
        "answer": visit.answer,
    }
    if visit.card is not None:
        name = visit.card.name_en if language == "en" else visit.card.name_th
        about["first_name"] = name.first or visit.card.name_th.first
        about["masked_number"] = mask_number(visit.card.citizen_number)
    if visit.looked is not None:
        about |= show_looked(visit.looked, language)
    if visit.answer is not None:
        about["silent"] = silent_agencies(visit.answer, language)
        if state.place in _WITH_CODE:
            about["code"] = draw_code(visit.answer.slip_token)
    return about


def asked_of_whom(chosen: list[Service], language: str) -> list[tuple[str, list[str]]]:
    """Gather what will be asked under whom it is asked of: each agency once, each fact once, in order."""
    gathered: dict[str, dict[str, None]] = {}
    for service in chosen:
        for asked in service.facts:
            facts = gathered.setdefault(asked.agency.in_language(language), {})
            facts[asked.fact.in_language(language)] = None
    return [(agency, list(facts)) for agency, facts in gathered.items()]


def agency_rows(chosen: list[Service], visit: Visit, language: str) -> list[AgencyRow]:
    """List the agencies that will be asked, with how far each is; those the centre adds by itself come last."""
    expected: dict[Words, str] = {asked.agency: "waiting" for service in chosen for asked in service.facts}
    for news in visit.progress:
        expected[news.agency] = news.state.value
    return [AgencyRow(agency.in_language(language), state) for agency, state in expected.items()]


def silent_agencies(answer: Answer, language: str) -> list[str]:
    """Name the agencies whose answer is not known."""
    return [source.agency.in_language(language) for source in answer.sources if source.state is AskState.NOT_KNOWN]


def draw_code(token: str) -> Markup:
    """Draw the slip's QR code for the screen: dark on white whatever the colours around it, quiet zone included."""
    drawing = BytesIO()
    segno.make(token, error="m", micro=False).save(
        drawing, kind="svg", border=4, dark="#000", light="#fff", xmldecl=False, svgns=True, omitsize=True, nl=False
    )
    return Markup(drawing.getvalue().decode("utf-8"))  # noqa: S704  (segno's own drawing of our own token)
