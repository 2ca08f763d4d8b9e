"""The real service for tests marked ``device``; everything else here needs no machine."""

from collections.abc import Iterator

import pytest

from reader_drivers.virtual.vpcd import VirtualReader
from tests.support.reader_pcscd import PORT, exclusive_virtual_reader, running_pcscd


@pytest.fixture(scope="session")
def pcscd() -> Iterator[None]:
    with exclusive_virtual_reader(), running_pcscd():
        yield


@pytest.fixture
def slot(pcscd: None) -> Iterator[VirtualReader]:
    with VirtualReader(port=PORT) as reader:
        yield reader
