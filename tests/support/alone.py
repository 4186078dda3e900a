"""Mark the tests that need the machine for themselves: they measure time, memory or processor.

`make test` runs all others first, in several processes, then these in one.
"""

from types import CodeType

import pytest

# A test that takes one of these fixtures measures, or fills the machine.
FIXTURES = {"delay_probe", "echo", "on_two_cores", "small"}
# A test that uses one of these names measures: clocks, memory, processor time, cores.
NAMES = {
    "cpu_seconds",
    "grown",
    "megabytes",
    "monotonic",
    "perf_counter",
    "proportional_megabytes",
    "resident_mb",
    "sched_setaffinity",
    "settled_megabytes",
    "thread_time",
}


def mark_alone(items: list[pytest.Item]) -> None:
    """Mark the tests that measure, so that nobody has to remember to."""
    for item in items:
        if isinstance(item, pytest.Function) and measures(item):
            item.add_marker(pytest.mark.alone)


def measures(item: pytest.Function) -> bool:
    """Check whether a test takes such a fixture or uses such a name itself."""
    code = getattr(item.function, "__code__", None)
    return bool(FIXTURES & set(item.fixturenames)) or (code is not None and _names(code))


def _names(code: CodeType) -> bool:
    inner = (part for part in code.co_consts if isinstance(part, CodeType))
    return bool(NAMES & set(code.co_names)) or any(map(_names, inner))
