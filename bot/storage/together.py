"""Doing together what is asked for at the same time."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class Together(Generic[_Item, _Result]):
    """Does what is asked for while it is busy in one go, as a commit or a select costs more than a row."""

    def __init__(
        self,
        do: Callable[[Sequence[_Item]], Awaitable[Sequence[_Result]]],
        *,
        apart: tuple[type[Exception], ...] | type[Exception] = (),
        pause: float = 0,
    ) -> None:
        """Take what does several items, and returns a result for each; where it fails, all of them fail.

        Where it fails with `apart`, which tells that one of them is to blame, each is done by itself. Before anything
        is done, others may join it for `pause` seconds.
        """
        self._do = do
        self._apart = apart
        self._pause = pause
        self._waiting: list[tuple[_Item, asyncio.Future[_Result]]] = []
        self._doing: asyncio.Task[None] | None = None

    async def __call__(self, item: _Item) -> _Result:
        """Do an item, with those that wait beside it."""
        done: asyncio.Future[_Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._doing is None:
            # A task of its own, so that who is cancelled takes none of the others along.
            self._doing = asyncio.create_task(self._do_all())
        return await done

    async def finish(self) -> None:
        """Wait until nothing waits."""
        if self._doing:
            await self._doing

    async def _do_all(self) -> None:
        while self._waiting:
            await asyncio.sleep(self._pause)
            together, self._waiting = self._waiting, []
            await self._do_these(together)
        self._doing = None

    async def _do_these(self, together: Sequence[tuple[_Item, asyncio.Future[_Result]]]) -> None:
        items, futures = zip(*together, strict=True)
        try:
            results = await self._do(items)
        except Exception as error:  # noqa: BLE001 - it is raised where the items were asked for
            if isinstance(error, self._apart) and len(together) > 1:
                for each in together:
                    await self._do_these([each])
                return
            for future in futures:
                if not future.done():
                    future.set_exception(error)
        else:
            for future, result in zip(futures, results, strict=True):
                if not future.done():
                    future.set_result(result)
