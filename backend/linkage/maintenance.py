"""When an agency has said that it will not answer: pure, the time is an argument."""

from collections.abc import Iterable
from datetime import datetime
from typing import Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, model_validator


class Window(BaseModel):
    """One announced stretch of maintenance.

    Attributes:
        starts_at: Its first moment.
        ends_at: The first moment after it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    starts_at: AwareDatetime
    ends_at: AwareDatetime

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends_at <= self.starts_at:
            raise ValueError("ends before it begins")
        return self


def is_under_way(windows: Iterable[Window], now: datetime) -> bool:
    """Say whether ``now`` (aware) lies in one of the windows; the last moment is no longer in it."""
    return any(window.starts_at <= now < window.ends_at for window in windows)
