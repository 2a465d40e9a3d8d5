"""Whose results are in a node's folder: ids of nodes kept true, results moved along, taken over, begun anew.

All of it runs on the main thread, when a node is made, pasted, loaded, saved or matted.
"""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

from . import host
from .errors import PluginError
from .frames import default_pattern
from .identity import UNSAVED, Identity, new_identity, seen_now
from .log import logger
from .sidecar.shots import ownership as shots_ownership
from .sidecar.shots.identity import Owner
from .sidecar.shots.pattern import FramePattern

#: What the script of this session is called while it was not saved; another one after each script.
_session = UNSAVED + uuid.uuid4().hex
KNOBS = ("lfp_id", "lfp_owner_script", "lfp_owner_node")


def begin_script() -> None:
    """Another script is open from now on."""
    global _session  # noqa: PLW0603 - Nuke has one script a session
    _session = UNSAVED + uuid.uuid4().hex


def adopt_new(node: Any) -> None:
    """Give a node that was just made its id and its folder."""
    identity = new_identity(host.script_path() or _session, host.full_name(node))
    _keep(node, identity)
    host.set_value(node, "lfp_cache", host.escaped(_default_pattern(identity)))


def identify(node: Any, *, is_pasted: bool = False) -> Owner:
    """Return whose a node's results are, and note where it was seen; a copy gets an id and a folder of its own."""
    kept = _kept(node)
    here = Identity("", host.script_path() or _session, host.full_name(node))
    others = [_kept(other) for other in host.our_nodes() if host.full_name(other) != here.node]
    now = seen_now(kept, here, others, session=_session, is_pasted=is_pasted)
    if now == kept:
        return now.owner
    with host.quietly():
        _keep(node, now)
        if now.id != kept.id and kept.id:
            _begin_copy(node, kept, now, is_pasted=is_pasted)
        elif kept.script.startswith(UNSAVED) and not now.script.startswith(UNSAVED):
            _move_along(node, kept, now)
    return now.owner


def begin_anew(node: Any) -> str:
    """Give a node the folder that a new node of its name would get; return a sentence."""
    identify(node)
    pattern = _default_pattern(_kept(node))
    if str(node["lfp_cache"].value()) == host.escaped(pattern):
        folder = Path(pattern).parent
        pattern = (folder.with_name(f"{folder.name}_{_kept(node).id[:4]}") / Path(pattern).name).as_posix()
    host.set_value(node, "lfp_cache", host.escaped(pattern))
    host.show_plate(node)
    return f"Results go to {Path(pattern).parent} from now on; what was matted before stays where it is."


def take_over(node: Any) -> str:
    """Make the results in a node's folder its own, whoever made them; return a sentence.

    Raises:
        PluginError: they are its own already, or there are none.
    """
    owner, scene = identify(node), host.scene_of(node)
    pattern = FramePattern(host.result_pattern(node, [scene.frame], scene.views))
    count = shots_ownership.take_over(pattern, scene.views, owner)
    if not count:
        raise PluginError(f"Expected results of another node in {pattern.text}, found none: nothing to take over.")
    return f"{count} results belong to {owner.node} now."


def _begin_copy(node: Any, kept: Identity, now: Identity, *, is_pasted: bool) -> None:
    """A pasted node keeps its results elsewhere; one of a script saved anew shows the old ones until it is matted."""
    logger.info("%s is a copy of %s and has an id of its own", now.owner.name, kept.owner.name)
    if not is_pasted or not str(node["lfp_cache"].value()).startswith(_root(kept)):
        return
    pattern = _default_pattern(now)
    host.set_value(node, "lfp_cache", host.escaped(pattern))
    host.show_plate(node)
    host.set_value(node, "lfp_state", f"A copy of {kept.node}; its own results go to {Path(pattern).parent}.")


def _move_along(node: Any, kept: Identity, now: Identity) -> None:
    """Results of a script that is saved for the first time go beside it, where that is one rename."""
    before = str(node["lfp_cache"].value())
    if not before.startswith(_root(kept)):
        return
    pattern = _default_pattern(now)
    source, target = Path(before.replace("\\", "")).parent, Path(pattern).parent
    try:
        if source.is_dir():
            target.parent.mkdir(parents=True, exist_ok=True)
            source.rename(target)  # refused where files are there already, or on another disk
    except OSError as problem:
        logger.warning("%s stays where it is: %s", source, problem)
        host.set_value(node, "lfp_state", f"The results stay in {source}: they cannot be moved to {target}.")
        return
    host.set_value(node, "lfp_cache", host.escaped((target / Path(before).name).as_posix()))


def _default_pattern(identity: Identity) -> str:
    owner = identity.owner
    return default_pattern(owner.file, owner.node, owner, host.home())


def _root(identity: Identity) -> str:
    """How results begin that were put where new nodes of that script put them."""
    return host.escaped(Path(_default_pattern(identity)).parent.parent.as_posix()) + "/"


def _kept(node: Any) -> Identity:
    knobs = [node.knob(name) for name in KNOBS]
    return Identity(*("" if knob is None else str(knob.value() or "") for knob in knobs))


def _keep(node: Any, identity: Identity) -> None:
    for name, value in zip(KNOBS, (identity.id, identity.script, identity.node)):
        host.set_value(node, name, value)
