"""The firmware's own way of finding its modules: ``app`` beside ``main.py``, ``wire`` in the host's room."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATHS = (ROOT / "kiosk" / "firmware", ROOT / "kiosk" / "panel", Path(__file__).parent)
sys.path[:0] = [str(path) for path in PATHS if str(path) not in sys.path]
