"""Who talks on Matrix: each module of tests has a bot of its own, and people with strict clients."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.channels.matrix_world import Bot, world
from tests.peers.synapse import People, Person, Synapse, people


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def on_matrix(synapse: Synapse) -> AsyncIterator[People]:
    """Run the process of the clients."""
    async with people(synapse) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(synapse: Synapse, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bot]:
    """Run a bot for all tests of a module."""
    async with world(synapse, tmp_path_factory.mktemp("bot")) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def anna(on_matrix: People) -> Person:
    """Return somebody who talks to the bot."""
    return await on_matrix.person("anna")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def boris(on_matrix: People) -> Person:
    """Return somebody else."""
    return await on_matrix.person("boris")
