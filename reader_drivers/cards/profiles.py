"""Every card profile this reader knows, by its key: a new module in this folder is named here once."""

from collections.abc import Mapping

from reader_drivers.cards import nhso
from reader_drivers.cards.profile import Profile

PROFILES: Mapping[str, Profile] = {profile.key: profile for profile in (nhso.PROFILE,)}
