"""A file that says "this device updates itself": whoever updates it makes it and removes it when done.

The kiosk tells the front panel, which then leaves the device its power; the panel itself ends that after 20 minutes.
"""

import time
from pathlib import Path

NAME = "updating"
FORGOTTEN_S = 3_600.0
"""An update that died left its mark; an hour later nobody believes it."""


def is_updating(state_dir: Path) -> bool:
    """Say whether an update is under way."""
    try:
        made_s = (state_dir / NAME).stat().st_mtime
    except OSError:
        return False
    return -FORGOTTEN_S < time.time() - made_s < FORGOTTEN_S
