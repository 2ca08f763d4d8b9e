"""Turns what the page posts into touches. Pure; anything unexpected is refused."""

from collections.abc import Callable
from functools import partial
from typing import Any, Literal, cast, get_args

from contracts.history import DisputeReason
from kiosk.errors import KioskError
from kiosk.visit import events as ev
from kiosk.visit.state import Language, TextSize


class TouchError(KioskError):
    """The page posted something that no button of ours says."""


_BARE: dict[str, Callable[[int | None], ev.Touch]] = {
    "choose": ev.ChoiceMade,
    "agree": ev.Agreed,
    "back": ev.WentBack,
    "retry": ev.TriedAgain,
    "print": ev.SlipWanted,
    "finish": ev.Finished,
    "history": ev.HistoryWanted,
    "older": partial(ev.PageTurned, True),
    "newer": partial(ev.PageTurned, False),
    "accept": partial(ev.DisputeJudged, True),
    "object": partial(ev.DisputeJudged, False),
    "extend": ev.TimeExtended,
    "contrast": ev.ContrastToggled,
    "help": ev.HelpToggled,
}


def parse_touch(body: Any) -> ev.Touch:
    """Read ``{"act": …, "value": …, "turn": …}``; ``value`` and ``turn`` may be absent.

    Raises:
        TouchError: Not a touch.
    """
    match body:
        case {"act": str(act)}:
            value, turn = body.get("value"), body.get("turn")
        case _:
            raise TouchError
    if turn is not None and (not isinstance(turn, int) or isinstance(turn, bool)):
        raise TouchError
    if act in _BARE:
        return _BARE[act](turn)
    if act == "toggle" and isinstance(value, str):
        return ev.ServiceToggled(value, turn)
    if act == "entry" and isinstance(value, str) and value.isascii() and value.isdigit():
        return ev.EntryOpened(int(value), turn)
    if act == "dispute" and value in set(DisputeReason):
        return ev.EntryDisputed(DisputeReason(value), turn)
    if act == "language" and value in get_args(Language):
        return ev.LanguageChosen(cast("Literal['th', 'en']", value), turn)
    if act == "text_size" and value in get_args(TextSize):
        return ev.TextSizeChosen(cast("Literal['normal', 'large', 'largest']", value), turn)
    raise TouchError
