"""What tests of several folders stand on."""

from collections.abc import Iterator

import pytest

from tests.peers.synapse import Synapse


@pytest.fixture(scope="session")
def synapse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synapse]:
    """Run one homeserver for all tests that ask for it; each brings its own people and rooms."""
    with Synapse(tmp_path_factory.mktemp("synapse")) as running:
        yield running
