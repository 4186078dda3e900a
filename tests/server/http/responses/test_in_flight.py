"""An answer that several wait for: whoever leaves takes nothing from the others."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from server.faults import ABANDONED
from server.http.messages import Reply, Request
from server.http.responses.in_flight import InFlight
from server.http.responses.waiters import Waiter, give


class Stream:
    """A long answer that notes how often it was given back."""

    def __init__(self) -> None:
        self.closed = 0

    async def parts(self) -> AsyncIterator[bytes]:
        yield b"part"

    async def close(self) -> None:
        self.closed += 1


def take_off(reply: Reply, may_land: asyncio.Event) -> InFlight:
    async def fly() -> Reply:
        await may_land.wait()
        return reply

    flight = InFlight()
    flight.task = asyncio.create_task(fly())
    return flight


async def wait_in(flight: InFlight, number: int) -> list[asyncio.Task[Reply | None]]:
    waiting = [asyncio.create_task(flight.wait()) for _ in range(number)]
    await asyncio.sleep(0)
    assert flight.waiting == number
    return waiting


def test_who_leaves_takes_nothing_from_the_others() -> None:
    async def leave() -> tuple[Reply | None, bool]:
        may_land = asyncio.Event()
        flight = take_off(Reply(200, b"", b"whole"), may_land)
        leaving, staying = await wait_in(flight, 2)
        leaving.cancel()
        await asyncio.wait([leaving])
        left = flight.left()
        may_land.set()
        return await staying, left

    reply, left = asyncio.run(leave())
    assert reply
    assert (reply.body, left) == (b"whole", False)


def test_a_stream_has_one_reader_and_the_others_ask_anew() -> None:
    async def wait() -> list[Reply | None]:
        may_land = asyncio.Event()
        waiting = await wait_in(take_off(Reply(200, b"", stream=Stream()), may_land), 3)
        may_land.set()
        return list(await asyncio.gather(*waiting))

    replies = asyncio.run(wait())
    assert [reply is not None for reply in replies] == [True, False, False]


def test_what_was_given_up_too_soon_is_asked_anew() -> None:
    async def wait() -> Reply | None:
        may_land = asyncio.Event()
        (waiting,) = await wait_in(take_off(Reply(ABANDONED, b""), may_land), 1)
        may_land.set()
        return await waiting

    assert asyncio.run(wait()) is None


@pytest.mark.parametrize("number", [1, 2])
def test_a_stream_that_comes_as_the_last_one_leaves_is_given_back(number: int) -> None:
    stream = Stream()

    async def leave() -> None:
        may_land = asyncio.Event()
        flight = take_off(Reply(200, b"", stream=stream), may_land)
        waiting = await wait_in(flight, number)
        for each in waiting:  # the answer is there, and nobody has taken it yet
            flight.task.add_done_callback(lambda _, each=each: each.cancel())  # type: ignore[misc]
        may_land.set()
        await asyncio.wait(waiting)
        while not stream.closed:
            await asyncio.sleep(0)

    asyncio.run(asyncio.wait_for(leave(), 30))
    assert stream.closed == 1


def test_those_who_wait_for_the_loop_are_told_each_as_he_asked() -> None:
    waiters, told = list[Waiter](), dict[str, Reply | None]()

    def wait(name: str, **headers: bytes) -> Waiter:
        named = {key.replace("_", "-").encode(): value for key, value in headers.items()}
        request = Request("GET", b"/sparql?query=ASK{}", named, "192.0.2.1")

        def take(reply: Reply | None) -> None:
            told[name] = reply
            asked[name].cancel()  # as a connection does that ends with its answer

        asked[name] = Waiter(waiters, request, take)
        return asked[name]

    asked = dict[str, Waiter]()
    wait("gone").cancel()
    wait("first")
    wait("has it", if_none_match=b'"tag"')
    wait("has another", if_none_match=b'"other"')
    wait("last")
    reply = Reply(200, b"HTTP/1.1 200 OK\r\n", b"body", tag='"tag"')
    give(waiters, reply)
    statuses = {name: found.status for name, found in told.items() if found}
    assert statuses == {"first": 200, "has it": 304, "has another": 200, "last": 200}
    assert waiters == []
