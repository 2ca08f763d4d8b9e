"""The demo agencies' switches, over the agencies' own control addresses."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import requests

_PATIENCE_S = 0.8
_NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "civil_registry": ("ทะเบียนราษฎร", "Civil registry"),
    "revenue": ("กรมสรรพากร", "Revenue"),
    "comptroller_general": ("กรมบัญชีกลาง", "Comptroller General"),
    "disability_register": ("ทะเบียนคนพิการ", "Disability register"),
    "welfare_register": ("ทะเบียนสวัสดิการ", "Welfare register"),
    "health_security": ("หลักประกันสุขภาพ", "Health security"),
}


class HttpAgencyControls:
    """Switches every agency over HTTP, all asked at once."""

    def __init__(self, urls: Mapping[str, str]) -> None:
        self._urls = urls

    def states(self) -> Sequence[Mapping[str, object]]:
        """Return each agency's switches; ``gone`` where the process does not answer."""
        with ThreadPoolExecutor(len(self._urls)) as pool:
            return list(pool.map(self._state, self._urls))

    def set(self, agency_id: str, latency_ms: int, failure: str) -> None:
        """Set one agency's switches."""
        url = f"{self._urls[agency_id]}/control"
        body = {"latency_ms": latency_ms, "failure": failure}
        requests.put(url, json=body, timeout=_PATIENCE_S).raise_for_status()

    def _state(self, agency_id: str) -> Mapping[str, object]:
        name_th, name_en = _NAMES[agency_id]
        known: dict[str, object] = {"id": agency_id, "name_th": name_th, "name_en": name_en}
        try:
            control = requests.get(f"{self._urls[agency_id]}/control", timeout=_PATIENCE_S).json()
        except (requests.RequestException, ValueError):
            return known | {"latency_ms": 0, "failure": "gone"}
        return known | {"latency_ms": control.get("latency_ms", 0), "failure": control.get("failure", "none")}
