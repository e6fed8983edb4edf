"""What tests of several folders stand on."""

from collections.abc import Iterator

import hypothesis
import pytest

from bot.core.responder import Responder
from bot.knowledge import cache
from tests.knowledge.conftest import ROOT
from tests.peers.synapse import Synapse

# The same examples in every run, however slow the machine is: a new failure is somebody's change.
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None)
hypothesis.settings.load_profile("steady")


@pytest.fixture(scope="session")
def shipped(request: pytest.FixtureRequest) -> Responder:
    """Return the core with the shipped knowledge, fitted once for the same files and code."""
    return Responder(*cache.load(ROOT / "knowledge", ROOT / "seeds", request.config.cache.mkdir("knowledge") / "cache"))


@pytest.fixture(scope="session")
def synapse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synapse]:
    """Run one homeserver for all tests that ask for it; each brings its own people and rooms."""
    with Synapse(tmp_path_factory.mktemp("synapse")) as running:
        yield running
