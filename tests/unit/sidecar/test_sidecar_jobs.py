import math
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.server.cache import Blob, Finished, ResultCache
from sidecar.server.jobs import Job, JobQueue, Upload
from sidecar.server.retained_results import RetainedResults
from sidecar.wire.errors import SidecarError


def make_job(name, client="a", priority="interactive"):
    return Job(name, client, {"priority": priority}, {}, {}, math.inf)


def drained(queue):
    return [queue.take().name for _ in range(len(queue))]


def test_clients_take_turns():
    queue = JobQueue()
    for name in ("a1", "a2", "a3"):
        queue.add(make_job(name, "a"))
    for name in ("b1", "b2"):
        queue.add(make_job(name, "b"))
    assert drained(queue) == ["a1", "b1", "a2", "b2", "a3"]


def test_interactive_jobs_overtake_batch_jobs():
    queue = JobQueue()
    queue.add(make_job("batch", priority="batch"))
    assert queue.add(make_job("now")) == 0
    assert drained(queue) == ["now", "batch"]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["interactive", "batch"])), max_size=20))
def test_the_announced_position_is_the_place_in_line(given_jobs):
    queue = JobQueue()
    jobs = [make_job(str(index), client, priority) for index, (client, priority) in enumerate(given_jobs)]
    for job in jobs[:-1]:
        queue.add(job)
    if jobs:
        position = queue.add(jobs[-1])
        assert drained(queue).index(jobs[-1].name) == position


def test_a_removed_job_is_never_taken():
    queue = JobQueue()
    job = make_job("x")
    queue.add(job)
    assert queue.remove(job)
    assert not queue.remove(job)
    assert len(queue) == 0


def test_a_closed_queue_wakes_its_taker():
    queue = JobQueue()
    taken = []
    taker = threading.Thread(target=lambda: taken.append(queue.take()))
    taker.start()
    queue.close()
    taker.join(10)
    assert taken == [None]


@pytest.mark.parametrize(("offset", "piece"), [(1, b"ab"), (0, b"abcdefg"), (0, b"")])
def test_pieces_out_of_order_or_too_long_are_refused(offset, piece):
    upload = Upload(6)
    with pytest.raises(SidecarError, match="in order"):
        upload.add(offset, memoryview(piece))
    assert upload.received == 0


def finished(nbytes):
    return Finished((Blob(memoryview(bytes(nbytes)), {}),))


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 60)), max_size=40))
def test_the_cache_never_holds_more_than_its_bytes(entries):
    cache = ResultCache(100)
    for key, nbytes in entries:
        cache.put(key, finished(nbytes))
        assert cache.nbytes <= 100
        assert cache.nbytes == sum(value.nbytes for value in cache._entries.values())


def test_the_cache_drops_the_longest_unused_first():
    cache = ResultCache(100)
    for key in "abc":
        cache.put(key, finished(33))
    cache.get("a")
    cache.put("d", finished(33))
    assert [key for key in "abcd" if cache.get(key)] == ["a", "c", "d"]


def kept_job(nbytes, kind="exr"):
    kept = Job("j", "a", {"output": {"kind": kind}}, {}, {}, math.inf)
    kept.finished = finished(nbytes)
    return kept


def test_kept_results_make_room_for_newer_ones_but_the_newest_always_stays():
    retained_results = RetainedResults(max_bytes=100)
    old, newer, huge = (kept_job(nbytes) for nbytes in (60, 50, 1000))
    retained_results.keep(old)
    retained_results.keep(newer)
    assert (old.finished, retained_results.nbytes) == (None, 50)
    retained_results.keep(huge)
    assert newer.finished is None
    assert huge.finished is not None
    retained_results.drop(huge)
    assert (huge.finished, retained_results.nbytes) == (None, 0)


def test_a_result_that_went_into_a_file_takes_no_room():
    retained_results = RetainedResults(max_bytes=100)
    retained_results.keep(kept_job(60, kind="file"))
    assert retained_results.nbytes == 0
