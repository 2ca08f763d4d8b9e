from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.linkage_decisions import Centre


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    centre = Centre(tmp_path)
    yield centre
    centre.close()
