"""The examples in the interface standard can be used as they stand."""

import json
import re
from pathlib import Path

from backend.linkage.directory import parse_directory

STANDARD = Path(__file__).parents[3] / "docs" / "interface-standard.md"


def test_every_example_is_a_directory_entry() -> None:
    blocks = re.findall(r"```json\n(.*?)```", STANDARD.read_text("utf-8"), re.DOTALL)
    found = [parse_directory(json.dumps({"version": 1, "agencies": [json.loads(block)]})) for block in blocks]
    assert [one.agencies[0].adapter for one in found] == ["rest", "sql", "xroad", "dci", "hosted", "broker"]
