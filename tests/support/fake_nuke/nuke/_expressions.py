"""Expressions of knobs: numbers, comparisons, `frame`, knobs of this node, of its group, of named nodes.

Anything else is refused rather than guessed: an expression that Nuke cannot resolve is an error of the node.
"""

from __future__ import annotations

import ast
import operator
from typing import Any

from . import _session

OPERATORS: dict[type, Any] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.USub: operator.neg,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


def evaluate(expression: str, node: Any) -> float:
    """The number that an expression gives."""
    try:
        return _value(ast.parse(expression, mode="eval").body, node)
    except (SyntaxError, KeyError, NameError, AttributeError) as problem:
        raise RuntimeError(f"the expression {expression!r} of {node.fullName()} has no value ({problem})") from problem


def _value(tree: ast.expr, node: Any) -> float:
    if isinstance(tree, ast.Constant) and isinstance(tree.value, (int, float)):
        return tree.value
    if isinstance(tree, ast.BinOp):
        return OPERATORS[type(tree.op)](_value(tree.left, node), _value(tree.right, node))
    if isinstance(tree, ast.Compare) and len(tree.ops) == 1:
        return float(OPERATORS[type(tree.ops[0])](_value(tree.left, node), _value(tree.comparators[0], node)))
    if isinstance(tree, ast.UnaryOp):
        return OPERATORS[type(tree.op)](_value(tree.operand, node))
    if isinstance(tree, ast.Name):
        return frame() if tree.id in ("frame", "x") else _number(node[tree.id])
    if isinstance(tree, ast.Attribute):
        return _number(_node(tree.value, node)[tree.attr])
    raise SyntaxError(f"no {type(tree).__name__} in expressions of the fake")


def _node(tree: ast.expr, node: Any) -> Any:
    """The node that `parent`, `root`, `this`, `parent.parent` or a name means."""
    if isinstance(tree, ast.Attribute):
        outer = _node(tree.value, node)
        return outer.parent() if tree.attr == "parent" else outer.node(tree.attr)
    if not isinstance(tree, ast.Name):
        raise SyntaxError("no such node")
    special = {"this": node, "parent": node.parent(), "root": _session.current().root}
    found = special.get(tree.id) or node.parent().node(tree.id)
    if found is None:
        raise NameError(f"no node {tree.id}")
    return found


def _number(knob: Any) -> float:
    return float(knob.getValue())


def frame() -> int:
    """The current frame."""
    return int(_session.current().root["frame"].value())
