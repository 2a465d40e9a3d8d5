# SPDX-License-Identifier: GPL-3.0-or-later
"""The one error of the plugin: a sentence that the artist can act on."""


class ShotProblem(Exception):  # noqa: N818 - it is a state of the artist's shot, not a fault of the program
    """Something about the shot has to change first: what was expected, what came, what to do."""
