"""The thresholds of the allocator are the whole process's: set once, taken back once."""

from __future__ import annotations

import threading
from contextlib import ExitStack

import pytest

from rmt_studio.analysis import allocator
from rmt_studio.analysis.allocator import freed_memory_returned

BEGIN = [(allocator._MMAP_THRESHOLD, allocator._LARGE)]
END = [
    (allocator._MMAP_THRESHOLD, allocator._USUAL_LARGE),
    (allocator._TRIM_THRESHOLD, allocator._USUAL_TRIM),
]


@pytest.fixture
def calls(monkeypatch):
    made = []

    def mallopt(parameter, value):
        made.append((parameter, value))
        return 1

    monkeypatch.setattr(allocator, "_mallopt", lambda: mallopt)
    return made


def test_that_the_thresholds_hold_until_the_last_of_overlapping_blocks_ends(calls):
    first, second = ExitStack(), ExitStack()
    first.enter_context(freed_memory_returned())
    second.enter_context(freed_memory_returned())
    first.close()
    assert calls == BEGIN
    second.close()
    assert calls == BEGIN + END


def test_that_a_block_that_raises_takes_the_thresholds_back(calls):
    with pytest.raises(ZeroDivisionError), freed_memory_returned():
        raise ZeroDivisionError
    assert calls == BEGIN + END


def test_that_blocks_of_many_threads_leave_none_open(calls):
    together = threading.Barrier(8)

    def work():
        together.wait()
        for _ in range(100):
            with freed_memory_returned():
                pass

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert allocator._BLOCKS.open == 0
    assert calls[:1] == BEGIN
    assert calls[-2:] == END
    assert calls.count(BEGIN[0]) == calls.count(END[0])


def test_that_nothing_is_done_where_the_c_library_has_no_such_call(monkeypatch):
    monkeypatch.setattr(allocator, "_mallopt", lambda: None)
    with freed_memory_returned():
        assert allocator._BLOCKS.open == 0
