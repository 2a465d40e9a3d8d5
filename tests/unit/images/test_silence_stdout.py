"""OpenEXR's prints stay off standard output; nobody else's do."""

import sys
import threading

from lfpnet.images.silence_stdout import silence_stdout


def test_the_calling_thread_is_silent_inside_the_block_only(capsys):
    print("before")
    with silence_stdout():
        print("inside")
    print("after")
    assert capsys.readouterr().out == "before\nafter\n"


def test_another_thread_prints_as_ever(capsys):
    with silence_stdout():
        thread = threading.Thread(target=print, args=("other",))
        thread.start()
        thread.join()
    assert capsys.readouterr().out == "other\n"


def test_blocks_that_overlap_leave_standard_output_as_it_was():
    before = sys.stdout
    is_inside, may_leave = threading.Event(), threading.Event()

    def stay():
        with silence_stdout():
            is_inside.set()
            may_leave.wait(10)

    thread = threading.Thread(target=stay)
    with silence_stdout():
        thread.start()
        is_inside.wait(10)
    assert sys.stdout is not before
    may_leave.set()
    thread.join()
    assert sys.stdout is before


def test_a_stream_put_in_place_meanwhile_is_left_alone():
    before = sys.stdout
    replacement = object()
    try:
        with silence_stdout():
            sys.stdout = replacement
        assert sys.stdout is replacement
    finally:
        sys.stdout = before
