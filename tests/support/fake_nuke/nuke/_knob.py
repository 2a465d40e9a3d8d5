"""The base class of all knobs, and the flags that they may have.

Source: types-nuke stubs for names. Guess: the values of the flags, on which nothing here relies.
"""

from __future__ import annotations

from typing import Any

from . import _expressions, _session
from ._knob_text import quoted

INVISIBLE, DISABLED, NO_ANIMATION, DO_NOT_WRITE = 0x400, 0x80, 0x100, 0x200
STARTLINE, ENDLINE, ALWAYS_SAVE, READ_ONLY = 0x1000, 0x2000, 0x20000, 0x10000000


class Knob(_session.OnMainThread):
    """A named value of a node."""

    #: Number of the class in `addUserKnob`, 0 where users cannot add it.
    _number = 0
    _is_multi = False

    def __init__(self, name: str, label: str | None = None) -> None:
        _session.need(name, str, type(self).__name__)
        self._name, self._label = name, label
        self._node: Any = None
        self._flags = 0
        self._cleared = 0
        self._tooltip = ""
        self._value: Any = self._initial()
        self._default: Any = self._value
        self._expression = ""
        self._is_visible = self._is_enabled = True

    def _initial(self) -> Any:
        return ""

    def _checked(self, value: Any) -> Any:
        return value

    def _check_alive(self) -> None:
        if self._node is not None:
            self._node._check_alive()

    def Class(self) -> str:
        return type(self).__name__

    def name(self) -> str:
        return self._name

    def label(self) -> str:
        return self._label or ""

    def setLabel(self, label: str) -> None:
        self._label = label

    def node(self) -> Any:
        return self._node

    def tooltip(self) -> str:
        return self._tooltip

    def setTooltip(self, tooltip: str) -> None:
        _session.need(tooltip, str, "setTooltip")
        self._tooltip = tooltip

    def setFlag(self, flag: int) -> None:
        self._flags |= flag
        self._cleared &= ~flag

    def clearFlag(self, flag: int) -> None:
        self._flags &= ~flag
        self._cleared |= flag

    def getFlag(self, flag: int) -> bool:
        return bool(self._flags & flag)

    def setVisible(self, visible: bool) -> None:
        self._is_visible = bool(visible)

    def visible(self) -> bool:
        return self._is_visible and not self._flags & INVISIBLE

    def setEnabled(self, enabled: bool) -> None:
        self._is_enabled = bool(enabled)

    def enabled(self) -> bool:
        return self._is_enabled and not self._flags & DISABLED

    def fullyQualifiedName(self, channel: int = -1) -> str:
        return f"{self._node.fullName()}.{self._name}"

    def value(self) -> Any:
        if self._expression:
            return self._checked(_expressions.evaluate(self._expression, self._node))
        return self._value

    def getValue(self) -> Any:
        return self.value()

    def setValue(self, val: Any, chan: int = -1) -> bool:
        value = self._checked(val)
        is_new = value != self._value or bool(self._expression)
        self._value, self._expression = value, ""
        if is_new and self._node is not None:
            self._node._changed(self)
        return True

    def setExpression(self, expression: str, index: int = -1) -> bool:
        self._expression = str(expression)
        if self._node is not None:
            self._node._changed(self)
        return True

    def hasExpression(self, index: int = -1) -> bool:
        return bool(self._expression)

    def isAnimated(self, channel: int = -1) -> bool:
        return bool(self._expression)

    def clearAnimated(self, channel: int = -1) -> bool:
        if self._expression:
            self._value, self._expression = self.value(), ""
        return True

    def toScript(self, quote: bool = True) -> str:
        text = f"{{{self._expression}}}" if self._expression else self._text()
        return quoted(text) if quote else text

    def fromScript(self, script: str) -> bool:
        text = script.strip()
        if text.startswith("{") and text.endswith("}"):
            self._expression = text[1:-1].strip("{}")
            return True
        return self.setValue(self._parsed(text))

    def _text(self) -> str:
        return str(self._value)

    def _parsed(self, text: str) -> Any:
        return text

    def _is_default(self) -> bool:
        return not self._expression and self._value == self._default
