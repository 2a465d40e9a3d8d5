"""Nuke's rules of threads, renders, callbacks and windows."""

import subprocess
import sys
import threading
from pathlib import Path

import nuke
import pytest
from nuke import _session

pytestmark = pytest.mark.usefixtures("session")


def on_a_thread(call):
    """Run a call on another thread and return what it raised."""
    raised = []

    def run():
        try:
            call()
        except RuntimeError as problem:
            raised.append(str(problem))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(10)
    return raised


@pytest.fixture
def write(tmp_path, session):
    assert session.has_window
    source = nuke.nodes.Constant(color=(1, 2, 3, 1), channels="rgba")
    made = nuke.nodes.Write(inputs=[source], file=str(tmp_path / "a.%04d.exr"), channels="rgba", file_type="exr")
    assert made["views"].value() == "main"
    return made


@pytest.mark.usefixtures("write")
@pytest.mark.parametrize(
    "call",
    [
        nuke.root,
        nuke.nodes.Constant,
        lambda: nuke.toNode("Write1"),
        nuke.views,
        lambda: nuke.frame(3),
        lambda: nuke.Layer("other", ["other.red"]),
        lambda: nuke.execute("Write1", 1, 1),
        lambda: nuke.executeDeferred(print),
        lambda: nuke.String_Knob("words", "words"),
        lambda: nuke.addOnScriptLoad(print),
        lambda: nuke.pluginAddPath("/nowhere"),
    ],
)
def test_the_graph_is_not_touched_from_another_thread(call):
    (sentence,) = on_a_thread(call)
    assert "not on the main one" in sentence


def test_nodes_and_knobs_are_not_touched_from_another_thread(write):
    for call in (lambda: write["file"], write.name, lambda: write.setInput(0, None)):
        assert "not on the main one" in on_a_thread(call)[0]
    knob = write["raw"]
    assert "not on the main one" in on_a_thread(lambda: knob.setValue(True))[0]


def test_a_thread_gets_values_from_the_main_thread():
    found = []
    thread = threading.Thread(target=lambda: found.append(nuke.executeInMainThreadWithResult(nuke.views)))
    thread.start()
    _session.pump(lambda: not thread.is_alive())
    assert found == [["main"]]


def test_an_error_on_the_main_thread_is_printed_and_gives_none(session):
    found = []
    thread = threading.Thread(
        target=lambda: found.append(nuke.executeInMainThreadWithResult(nuke.toNode, (None, None)))
    )
    thread.start()
    _session.pump(lambda: not thread.is_alive())
    assert found == [None]
    assert "TypeError" in session.printed[0]


@pytest.mark.parametrize("call", [nuke.executeInMainThread, nuke.executeInMainThreadWithResult])
def test_asking_for_the_main_thread_on_the_main_thread_is_refused(call):
    with pytest.raises(RuntimeError, match="hangs"):
        call(nuke.views)


def test_what_waits_for_the_event_loop_is_refused_where_none_runs():
    _session.start(gui=False)
    with pytest.raises(RuntimeError, match="no event loop"):
        nuke.executeDeferred(print)
    assert "no event loop" in on_a_thread(lambda: nuke.executeInMainThread(print))[0]


def test_deferred_calls_wait_for_the_event_loop():
    called = []
    nuke.executeDeferred(called.append, (1,))
    assert called == []
    _session.pump()
    assert called == [1]


def test_a_render_within_a_render_is_refused(write):
    nuke.addBeforeFrameRender(lambda: nuke.execute(write, 1, 1))
    with pytest.raises(RuntimeError, match="already executing"):
        nuke.execute(write, 1, 1)


@pytest.mark.usefixtures("write")
def test_a_render_from_a_callback_or_button_is_refused_and_a_deferred_one_is_not(session):
    group = nuke.nodes.Group()
    group.addKnob(nuke.PyScript_Knob("go", "Go", "nuke.execute('Write1', 1, 1)"))
    with pytest.raises(RuntimeError, match="already executing"):
        group["go"].execute()
    group["go"].setValue("nuke.executeDeferred(lambda: nuke.execute('Write1', 1, 1))")
    group["go"].execute()
    _session.pump()
    assert session.rendered == [("Write1", 1, "main")]
    nuke.addKnobChanged(lambda: nuke.execute("Write1", 1, 1), nodeClass="Constant")
    with pytest.raises(RuntimeError, match="already executing"):
        nuke.toNode("Constant1")["channels"].setValue("rgb")


def test_nodes_neither_come_nor_go_while_nuke_renders(write, session):
    dot = nuke.nodes.Dot()
    session.execution_depth = 1
    for change in (nuke.nodes.Constant, lambda: nuke.delete(dot), lambda: dot.setInput(0, write.input(0))):
        with pytest.raises(RuntimeError, match="already executing"):
            change()


def test_nothing_is_stored_in_attributes_of_nuke_s_objects(write):
    for thing, name in ((write, "label"), (write["file"], "text"), (nuke.root(), "proxy_mode")):
        with pytest.raises(AttributeError):
            setattr(thing, name, "x")
        with pytest.raises(AttributeError):
            getattr(thing, f"set{name}")


@pytest.mark.parametrize("kind", [nuke.Node, nuke.Group, nuke.Root])
def test_node_classes_make_no_nodes(kind):
    with pytest.raises(TypeError, match="cannot create"):
        kind("Read", None)


def test_a_deleted_node_answers_nothing(write):
    knob = write["file"]
    nuke.delete(write)
    for question in (write.name, write.fullName, write.Class, lambda: write.input(0), knob.value):
        with pytest.raises(ValueError, match="not attached"):
            question()


def test_a_knob_belongs_to_one_node_and_has_a_name_of_one_word():
    knob = nuke.String_Knob("words", "words")
    nuke.nodes.Dot().addKnob(knob)
    with pytest.raises(ValueError, match="belongs to Dot1"):
        nuke.nodes.Dot().addKnob(knob)
    with pytest.raises(ValueError, match="no name"):
        nuke.nodes.Dot().addKnob(nuke.String_Knob("two words", ""))


@pytest.mark.parametrize(
    "call",
    [
        lambda: nuke.nodes.Dot().setInput(0, "Constant1"),
        lambda: nuke.toNode(None),
        lambda: nuke.message(3),
        lambda: nuke.executeDeferred(None),
        lambda: nuke.String_Knob("words", "words").setTooltip(None),
        lambda: nuke.String_Knob(None, ""),
    ],
)
def test_values_of_another_type_are_refused(call):
    with pytest.raises(TypeError):
        call()


def test_what_was_not_begun_cannot_be_ended():
    with pytest.raises(RuntimeError, match="not begun"):
        nuke.nodes.Group().end()
    with pytest.raises(RuntimeError, match=r"without an Undo\.disable"):
        nuke.Undo.enable()


def test_a_cancelled_render_says_so(write, session):
    session.cancels_render = lambda frame: frame == 2
    with pytest.raises(RuntimeError, match=r"^Cancelled$"):
        nuke.execute(write, 1, 3)
    assert [frame for _, frame, _ in session.rendered] == [1]


@pytest.mark.parametrize(
    "call",
    [
        lambda: nuke.ProgressTask("work"),
        lambda: nuke.message("hello"),
        lambda: nuke.menu("Nodes"),
        lambda: nuke.nodes.Group().showControlPanel(),
    ],
)
def test_without_a_window_there_is_nothing_to_show(call):
    _session.start(gui=False)
    assert nuke.GUI is False
    with pytest.raises(RuntimeError, match="needs a window"):
        call()


def test_a_progress_task_takes_plain_numbers_and_texts_and_can_be_cancelled(session):
    task = nuke.ProgressTask("work")
    task.setProgress(3)
    task.setMessage("frame 1")
    with pytest.raises(TypeError):
        task.setProgress(3.5)
    assert not task.isCancelled()
    session.presses_cancel = lambda _: True
    assert task.isCancelled()


def test_a_range_of_frames_at_the_end_of_the_command_line_is_nukes_own(tmp_path):
    script = tmp_path / "look.py"
    script.write_text("import nuke, sys\nprint(sys.argv[1:], nuke.rawArgs[-2:])\n")
    terminal = Path(nuke.__file__).parents[1] / "terminal.py"
    for last, is_kept in (("1001-1003", True), ("1001-1003x2", True), ("7", True), ("--frames=1-3", False)):
        call = [sys.executable, terminal, "-t", script, "--frames", last]
        said = subprocess.run(call, capture_output=True, text=True, check=True, timeout=500).stdout.strip()
        assert said == f"{['--frames'] if is_kept else ['--frames', last]} {['--frames', last]}"


def test_a_studios_default_holds_for_new_nodes_and_for_knobs_that_a_file_type_brings():
    nuke.knobDefault("Write.compression", "DWAA")
    nuke.knobDefault("Read.on_error", "black")
    assert nuke.nodes.Read()["on_error"].value() == "black"
    write = nuke.nodes.Write()
    assert write.knob("compression") is None
    write["file_type"].setValue("exr")
    assert write["compression"].value() == "DWAA"


def test_what_a_render_callback_raises_ends_the_render(write):
    def refuse():
        raise ValueError("not on a Friday")

    nuke.addBeforeRender(refuse)
    with pytest.raises(RuntimeError, match="not on a Friday"):
        nuke.execute(write, 1, 1)
    assert nuke.beforeRenders == {"*": [(refuse, (), {})]}


def test_a_pasted_node_is_another_node_with_the_same_knobs():
    first = nuke.nodes.Group(name="One")
    first.addKnob(nuke.String_Knob("words", "words"))
    first["words"].setValue("as [they] are")
    seen = []
    nuke.addOnCreate(lambda: seen.append(nuke.thisNode()["words"].value()), nodeClass="Group")
    first.setSelected(True)
    nuke.nodeCopy("%clipboard%")
    second = nuke.nodePaste("%clipboard%")
    assert (second.name(), second["words"].value(), seen) == ("One1", "as [they] are", ["as [they] are"])


def test_tcl_in_a_file_knob_is_carried_out_and_anything_unknown_is_an_error():
    nuke.root()["name"].setValue("/shots/a [x]/s.nk")
    read = nuke.nodes.Read(file="[file dirname [value root.name]]/\\[y\\].%04d.exr")
    context = nuke.OutputContext()
    context.setFrame(7)
    assert read["file"].getEvaluatedValue(context) == "/shots/a [x]/[y].%04d.exr"
    read["file"].setValue("[python nuke]")
    with pytest.raises(RuntimeError, match="no such Tcl"):
        read["file"].getEvaluatedValue(context)
