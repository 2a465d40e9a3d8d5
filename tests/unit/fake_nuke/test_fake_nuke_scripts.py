"""Scripts of the fake and the Tcl loader, each against the other and against lines as Nuke writes them."""

import shutil

import nk_loader
import nuke
import pytest

#: By hand, in the form of saved scripts: stack, a group, a clone, an expression, texts with everything in them.
SCRIPT = r"""#! /usr/local/Nuke15.2v1/Nuke15.2 -nx
version 15.2 v1
define_window_layout_xml {<?xml version="1.0" encoding="UTF-8"?>
<layout version="1.0"></layout>
}
Root {
 inputs 0
 name /shots/a b/shot.nk
 views "left #ff0000
right #00ff00"
}
add_layer {extra extra.red extra.green}
Read {
 inputs 0
 file "/shots/\[value x]/a.%04d.exr"
 name Read1
}
set N1 [stack 0]
Dot {
 name Dot1
}
push $N1
push 0
Group {
 inputs 2+1
 name Group1
 label "[value lfp_mode]\n\{text\} \"quoted\" \$5"
 addUserKnob {20 User}
 addUserKnob {4 mode l "a mode" t "say \"it\"" M {one "two words" "" }}
 mode "two words"
 addUserKnob {22 go l Go T "import os\nprint(\"\[1]\")" +STARTLINE}
 addUserKnob {7 size R 0 100}
}
 Input {
  inputs 0
  name Input1
 }
set N2 [stack 0]
push $N2
push $N2
 Switch {
  inputs 2
  which {{"parent.mode == 1 ? 0 : 1"}}
  name Switch1
 }
 Output {
  name Output1
 }
end_group
Dot {
 name Dot2
}
"""


@pytest.fixture(params=["tkinter", "tclsh"])
def tcl(request):
    """Each kind of Tcl that is here; there must be one of them."""
    nk_loader.any_tcl()
    if request.param == "tkinter":
        if not nk_loader.has_tcl_of_python():
            pytest.skip("this Python was built without tkinter")
        return nk_loader.tcl_of_python
    if shutil.which("tclsh") is None:
        pytest.skip("there is no program tclsh")
    return nk_loader.tcl_program


def test_tcl_finds_stack_groups_knobs_and_texts(tcl):
    script = nk_loader.load_text(SCRIPT, tcl)
    assert [node.name for node in script.nodes] == ["Read1", "Dot1", "Group1", "Dot2"]
    group = script.node("Group1")
    assert [source and source.name for source in group.inputs] == [None, "Read1", "Dot1"]
    assert script.node("Dot2").inputs == [group]
    assert [node.name for node in group.children] == ["Input1", "Switch1", "Output1"]
    assert [source.name for source in script.node("Group1.Switch1").inputs] == ["Input1", "Input1"]
    assert script.node("Group1.Output1").inputs[0].name == "Switch1"
    assert script.node("Group1.Switch1").knobs["which"] == '{"parent.mode == 1 ? 0 : 1"}'
    assert script.node("Read1").knobs["file"] == "/shots/[value x]/a.%04d.exr"
    assert group.knobs["label"] == '[value lfp_mode]\n{text} "quoted" $5'
    assert group.knobs["mode"] == "two words"
    mode, go = group.user_knobs[1:3]
    assert (mode.number, mode.label, mode.tooltip) == (4, "a mode", 'say "it"')
    assert mode.menu == ("one", "two words", "")
    assert (go.text, go.flags) == ('import os\nprint("[1]")', ("+STARTLINE",))
    assert script.layers == {"extra": ["extra.red", "extra.green"]}
    assert script.root.knobs["views"] == "left #ff0000\nright #00ff00"


@pytest.mark.parametrize(
    "text",
    [
        "exec touch /nowhere",
        "source /etc/passwd now",
        "while 1 {}",
        "push $unheard",
        "Group {\n name g\n}\n",
        "end_group",
        "Dot {\n name {unclosed\n}\n",
    ],
)
def test_tcl_runs_nothing_dangerous_and_says_what_is_wrong(text, tcl):
    with pytest.raises(ValueError):  # noqa: PT011 - each has words of its own
        nk_loader.load_text(text, tcl)


def test_umlauts_and_other_scripts_come_through(tcl):
    (node,) = nk_loader.load_text('Dot {\n label "Größe 大 \\{x\\}"\n name Dot1\n}\n', tcl).nodes
    assert node.knobs["label"] == "Größe 大 {x}"


def test_a_command_of_tcl_is_no_command_here():
    (node,) = nk_loader.load_text("open /etc/passwd").nodes
    assert node.kind == "open"


@pytest.mark.usefixtures("session")
def test_a_script_comes_back_as_it_was(tmp_path):
    text = 'a "word" [x] {y} $z \\ back\nand a line'
    source = nuke.nodes.Constant(color=(0.25, 1, 2, 1))
    group = nuke.createNode("Group")
    with group:
        one, two = nuke.nodes.Input(name="One"), nuke.nodes.Input(name="Two", number=1)
        switch = nuke.nodes.Switch(inputs=[one, two])
        switch["which"].setExpression("parent.mode")
        nuke.nodes.Output(inputs=[switch])
    group.setInput(1, source)
    for knob in (
        nuke.Tab_Knob("tab", "A tab"),
        nuke.Enumeration_Knob("mode", "mode", ["one", "two words"]),
        nuke.String_Knob("words", "words"),
        nuke.File_Knob("file", "file"),
        nuke.Int_Knob("count", "count"),
        nuke.Double_Knob("size", "size"),
        nuke.Boolean_Knob("on", "on"),
        nuke.PyScript_Knob("go", "Go", text),
        nuke.Text_Knob("say", "", text),
    ):
        knob.setTooltip(text)
        group.addKnob(knob)
    for name, value in (("mode", "two words"), ("words", text), ("count", -3), ("size", 0.1), ("on", True)):
        group[name].setValue(value)
    group["go"].clearFlag(nuke.STARTLINE)
    nuke.Layer("extra", ["red", "alpha"])
    before = {name: knob.value() for name, knob in group.knobs().items()}
    nuke.scriptSaveAs(str(tmp_path / "a.nk"))
    assert not nuke.root().modified()
    nuke.scriptOpen(str(tmp_path / "a.nk"))
    again = nuke.toNode("Group1")
    assert {name: knob.value() for name, knob in again.knobs().items()} == before
    assert {knob.tooltip() for name, knob in again.knobs().items() if name in ("tab", "mode", "go")} == {text}
    assert [again.input(index) and again.input(index).name() for index in range(2)] == [None, "Constant1"]
    assert again.input(1)["color"].value() == (0.25, 1, 2, 1)
    assert nuke.toNode("Group1.Switch1")["which"].value() == 1
    assert nuke.layers()[-1] == "extra"
    nuke.scriptSave(str(tmp_path / "b.nk"))
    shapes = [nk_loader.load(tmp_path / name) for name in ("a.nk", "b.nk")]
    first, second = ([(node.kind, node.knobs, node.user_knobs) for node in one.all_nodes()] for one in shapes)
    assert first == second
