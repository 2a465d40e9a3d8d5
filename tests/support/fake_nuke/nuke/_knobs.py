"""Knobs: the classes a plugin may make or meet, with the checks of their values.

Source: types-nuke stubs for names; numbers of `addUserKnob` from saved scripts. Guess: the class of the error for an
unknown menu item, which is a TypeError here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import _expressions, _session, _tcl
from ._knob import Knob
from ._knob_text import quoted


class String_Knob(Knob):
    _number = 1

    def __init__(self, name: str, label: str | None = None, value: str = "") -> None:
        super().__init__(name, label)
        self._value = self._checked(value)

    def _checked(self, value: Any) -> str:
        if not isinstance(value, str):
            raise TypeError(f"knob {self._name} takes a string, got {type(value).__name__}")
        return value

    def getText(self) -> str:
        return self._value

    def setText(self, text: str) -> None:
        self.setValue(text)


class EvalString_Knob(String_Knob):
    def evaluate(self) -> str:
        return _tcl.substituted(self._value, self._node, _expressions.frame())


class Multiline_Eval_String_Knob(EvalString_Knob):
    _number = 43


class File_Knob(EvalString_Knob):
    _number = 2

    def fromUserText(self, text: str) -> None:
        self.setValue(text)

    def getEvaluatedValue(self, oc: Any = None) -> str:
        """The name with its Tcl carried out for a frame; tokens such as %04d stay."""
        frame = _expressions.frame() if oc is None else int(oc.frame())
        return _tcl.substituted(self._value, self._node, frame)


class Script_Knob(String_Knob):
    def execute(self) -> None:
        self._node._pressed(self)

    def command(self) -> str:
        return self._value

    def setCommand(self, cmd: str) -> None:
        self.setValue(cmd)


class PyScript_Knob(Script_Knob):
    _number = 22

    def execute(self) -> None:
        import nuke

        script = compile(self._value, f"<{self._name}>", "exec")
        if not _session.current().has_window:  # a script calls it: there is no event in work
            self._node._with_this(lambda: exec(script, {"nuke": nuke}))
            return
        with _session.callback(self._node, self):
            exec(script, {"nuke": nuke})


class PythonKnob(String_Knob):
    pass


class Text_Knob(String_Knob):
    _number = 26


class Tab_Knob(Knob):
    _number = 20

    def _is_default(self) -> bool:
        return True


class Array_Knob(Knob):
    def _initial(self) -> Any:
        return 0.0

    def _checked(self, value: Any) -> Any:
        if self._is_multi and isinstance(value, (tuple, list)):
            return tuple(float(one) for one in value)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise TypeError(f"knob {self._name} takes a number, got {value!r}")
        return float(value)

    def _parsed(self, text: str) -> Any:
        numbers = [float(word) for word in text.strip("{}").split()]
        return tuple(numbers) if len(numbers) > 1 else numbers[0]

    def _text(self) -> str:
        if isinstance(self._value, tuple):
            return "{" + " ".join(f"{one:.9g}" for one in self._value) + "}"
        return f"{self._value:.9g}"

    def defaultValue(self) -> Any:
        return self._default

    def setDefaultValue(self, value: Any) -> None:
        self._default = self._checked(value[0] if isinstance(value, (list, tuple)) else value)

    def notDefault(self) -> bool:
        return not self._is_default()

    def setRange(self, low: float, high: float) -> None:
        self._range = (float(low), float(high))


class AColor_Knob(Array_Knob):
    _is_multi = True


class BBox_Knob(Array_Knob):
    _is_multi = True


class Double_Knob(Array_Knob):
    _number = 7


class Int_Knob(Array_Knob):
    _number = 3

    def _initial(self) -> Any:
        return 0

    def _checked(self, value: Any) -> Any:
        return int(super()._checked(value))

    def _parsed(self, text: str) -> Any:
        return int(float(text))

    def _text(self) -> str:
        return str(self._value)


class Boolean_Knob(Array_Knob):
    _number = 6

    def __init__(self, name: str, label: str | None = None, value: Any = False) -> None:
        super().__init__(name, label)
        self._value = self._default = self._checked(value)

    def _initial(self) -> Any:
        return False

    def _checked(self, value: Any) -> Any:
        if not isinstance(value, (bool, int, float)):
            raise TypeError(f"knob {self._name} takes a truth value, got {value!r}")
        return bool(value)

    def _parsed(self, text: str) -> Any:
        if text not in ("true", "false", "1", "0"):
            raise ValueError(f"{text!r} is no truth value")
        return text in ("true", "1")

    def _text(self) -> str:
        return "true" if self._value else "false"


class Disable_Knob(Boolean_Knob):
    pass


class Enumeration_Knob(Knob):
    _number = 4

    def __init__(self, name: str, label: str | None = None, items: Sequence[str] = ()) -> None:
        super().__init__(name, label)
        self._items = [str(item) for item in items]
        self._value = self._default = self._names()[0] if self._items else ""

    def _names(self) -> list[str]:
        """Items are `name` or `name<tab>what the menu shows`."""
        return [item.split("\t")[0] for item in self._items]

    def _checked(self, value: Any) -> str:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            if not 0 <= int(value) < len(self._items):
                raise TypeError(f"menu {self._name} has no item {value}")
            return self._names()[int(value)]
        if value not in self._names():
            raise TypeError(f"menu {self._name} has no item {value!r}; it has {self._names()}")
        return value

    def getValue(self) -> float:
        return float(self._names().index(self.value())) if self._items else 0.0

    def values(self) -> list[str]:
        return list(self._items)

    def setValues(self, items: Sequence[str]) -> None:
        self._items = [str(item) for item in items]
        if self._value not in self._names():
            self._value = self._names()[0] if self._items else ""
        if self._node is not None:
            self._node._changed(self)

    def enumName(self, n: int) -> str:
        return self._names()[n]

    def numValues(self) -> int:
        return len(self._items)

    def _fields(self) -> list[str]:
        return ["M", "{" + " ".join(quoted(item) for item in self._items) + "}"]

    def _take_items(self, items: Sequence[str]) -> None:
        self._items = list(items)
        self._value = self._default = self._names()[0] if self._items else ""


class Channel_Knob(Knob):
    def _initial(self) -> Any:
        return "none"

    def _checked(self, value: Any) -> str:
        from . import _channels

        if not isinstance(value, str):
            raise TypeError(f"knob {self._name} takes the name of a channel, got {value!r}")
        _channels.names_of(value)
        return value


class ChannelMask_Knob(Channel_Knob):
    pass


class Format_Knob(Knob):
    def _initial(self) -> Any:
        return None

    def value(self) -> Any:
        return self._value if self._value is not None else _session.current().root["format"]._value

    def _checked(self, value: Any) -> Any:
        from ._formats import Format, format_of_text

        if isinstance(value, str):
            return format_of_text(value)
        if value is not None and not isinstance(value, Format):
            raise TypeError(f"knob {self._name} takes a format, got {value!r}")
        return value

    def _text(self) -> str:
        return self.value()._text()


class MultiView_Knob(Knob):
    def _checked(self, value: Any) -> str:
        import nuke

        unknown = set(str(value).split()) - set(nuke.views())
        if unknown:
            raise ValueError(f"the script has no view {sorted(unknown)}")
        return str(value)
