# SPDX-License-Identifier: GPL-3.0-or-later
"""Every matte node has an id, a group and a folder of its own: copies are told apart before anything is written.

Blender copies a node without asking anybody: Shift+D shares its group, "single user" and append copy it, Save As copies
all. So before each order, and whenever something changed, the nodes are compared with what they were when they got
their id, and a copy gets another one. Ids of copies follow from the first one's, so that an undo, or a file that was
not saved again, ends in the same id.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import bpy

from .host.group import remove_results, result_image, set_result_folder
from .preferences import Preferences
from .shot import HOST, Shot, find_shots, result_folder
from .sidecar.shots.identity import Owner, default_result_folder, new_owner
from .sidecar.shots.ownership import recorded_results
from .sidecar.shots.pattern import FramePattern
from .sidecar.shots.record import write_record

_MOST_FOLDERS = 1000
#: The file for which `on_file` was called last; a group from another one was appended.
_known_file: str | None = None


def give_identity(group: Any, node: Any) -> None:
    """Make the id and the folder of a new matte node."""
    _take(group, new_owner(HOST, bpy.data.filepath, node.name).id, node.name)


def separate_copies() -> None:
    """Give every copy of a matte node, in all scenes, a group, an id and a folder of its own."""
    if _known_file != bpy.data.filepath:
        on_file()
    for scene in bpy.data.scenes:
        for shot in find_shots(scene):
            if shot.group.library is None:
                _separate(shot)
    _separate_groups()


def on_file() -> None:
    """A file was opened: nodes of a file that was copied beside the first one begin anew, with its mattes as theirs."""
    global _known_file  # noqa: PLW0603 - Blender has one file
    _known_file = bpy.data.filepath
    for group in _groups():
        settings = group.lfpnet
        if not settings.owner_id or settings.owner_file == _known_file:
            continue
        is_copy = bool(settings.owner_file) and Path(settings.owner_file).exists() and _meets_the_first(group)
        if is_copy:
            _begin_anew(group, keeps_results=True)
        else:  # it was moved, with its results
            settings.owner_file, settings.owner_folder = _known_file, str(result_folder(settings))


def before_save(path: str) -> None:
    """A file gets its first name: results that lay in the cache move beside it."""
    global _known_file  # noqa: PLW0603 - as above
    if bpy.data.filepath or not path:
        return
    for shot in _own_shots():
        settings = shot.settings
        if settings.folder or not settings.owner_id:
            continue
        source, owner = result_folder(settings), Owner(settings.owner_id, HOST, path, shot.node.name)
        folder = _free_folder(default_result_folder(path, shot.node.name, owner, unsaved=source), settings)
        if source.is_dir():
            folder.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(source, folder)
            set_result_folder(shot.group, folder)
        settings.folder = f"//{folder.relative_to(Path(path).parent).as_posix()}"
        settings.training_folder = settings.training_folder or f"//lfpnet/{Path(path).stem}/training"
        settings.owner_file, settings.owner_folder = path, str(folder)
    _known_file = path


def after_save() -> None:
    """The file got another name by Save As: its nodes are other ones now, with the first one's mattes as theirs."""
    global _known_file  # noqa: PLW0603 - as above
    _known_file = bpy.data.filepath
    for group in _groups():
        if group.lfpnet.owner_id and group.lfpnet.owner_file != _known_file:
            _begin_anew(group, keeps_results=True)


def _groups() -> list[Any]:
    return [group for group in bpy.data.node_groups if group.library is None and group.lfpnet.is_shot]


def _own_shots() -> Iterator[Shot]:
    seen = set()
    for scene in bpy.data.scenes:
        for shot in find_shots(scene):
            if shot.group.library is None and shot.group.name not in seen:
                seen.add(shot.group.name)
                yield shot


def _node_of(group: Any) -> str:
    return next((shot.node.name for shot in _own_shots() if shot.group == group), group.name.strip("."))


def _separate(shot: Shot) -> None:
    """Give a node that shares its group with others a group of its own, unless it is the one that had it first."""
    sharing = [other for scene in bpy.data.scenes for other in find_shots(scene) if other.group == shot.group]
    first = next((other for other in sharing if _is_first(other)), sharing[0])
    if not _is_first(first):  # it was renamed, or is of an older version
        shot.settings.owner_node, shot.settings.owner_scene = _place(first), first.scene.name
    if (_place(first), first.scene) == (_place(shot), shot.scene):
        return
    tree = None
    for group_node in shot.path:  # a group of the artist's that was duplicated with the node in it
        holder = group_node if tree is None else tree.nodes[group_node.name]
        if holder.node_tree.users > 1:
            holder.node_tree = holder.node_tree.copy()
        tree = holder.node_tree
    node = shot.node if tree is None else tree.nodes[shot.node.name]
    node.node_tree = shot.group.copy()
    settings = node.node_tree.lfpnet
    settings.owner_node, settings.owner_scene = _place(shot), shot.scene.name
    _begin_anew(node.node_tree, keeps_results=False)


def _separate_groups() -> None:
    """Groups that were copied (made single user, appended) carry the id of the first."""
    by_id: dict[str, list[Any]] = {}
    for group in _groups():
        settings = group.lfpnet
        if not settings.owner_id:  # of an older version: it keeps its folder
            settings.owner_id = new_owner(HOST, bpy.data.filepath, group.name).id
            _note(group)
        elif settings.owner_file != bpy.data.filepath:
            _begin_anew(group, keeps_results=False)
        by_id.setdefault(settings.owner_id, []).append(group)
    for groups in by_id.values():
        first = next((group for group in groups if group.name == group.lfpnet.owner_group), groups[0])
        for group in groups:
            if group != first:
                _begin_anew(group, keeps_results=False)
        _note(first)


def _place(shot: Shot) -> str:
    return "/".join([*(group.name for group in shot.path), shot.node.name])


def _is_first(shot: Shot) -> bool:
    return (shot.settings.owner_node, shot.settings.owner_scene) == (_place(shot), shot.scene.name)


def _begin_anew(group: Any, *, keeps_results: bool) -> None:
    """Give a copy an id and a folder of its own.

    Args:
        group: the copy.
        keeps_results: whether the mattes of the first become its own too, by second names of the same files: a later
            matte replaces the name, never the content. Where that cannot be, they are shown until the first matte.
    """
    settings = group.lfpnet
    source, former = Path(settings.owner_folder or os.devnull), settings.file_name
    node = _node_of(group)
    what = f"{settings.owner_id} {bpy.data.filepath} {node} {group.name}"
    identity = hashlib.blake2b(what.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()
    old_id = settings.owner_id
    _take(group, identity, node)
    if not keeps_results:
        remove_results(group)
    elif _link_results(source, former, group, old_id, node):
        set_result_folder(group, result_folder(settings))


def _take(group: Any, identity: str, name: str) -> None:
    settings = group.lfpnet
    settings.owner_id = identity
    settings.file_name = bpy.path.clean_name(name)
    owner = Owner(identity, HOST, bpy.data.filepath, name)
    folder = default_result_folder(bpy.data.filepath, name, owner, unsaved=Preferences().cache_folder)
    if bpy.data.filepath:
        folder = _free_folder(folder, settings)
        settings.folder = f"//{folder.relative_to(Path(bpy.data.filepath).parent).as_posix()}"
        settings.training_folder = settings.training_folder or f"//lfpnet/{Path(bpy.data.filepath).stem}/training"
    else:
        settings.folder = ""
    _note(group)


def _note(group: Any) -> None:
    settings = group.lfpnet
    now = {"owner_group": group.name, "owner_file": bpy.data.filepath, "owner_folder": str(result_folder(settings))}
    for name, value in now.items():
        if getattr(settings, name) != value:
            setattr(settings, name, value)


def _meets_the_first(group: Any) -> bool:
    """Whether a copied file would write where the first one does, or shows what the first one made."""
    folder, image = result_folder(group.lfpnet), result_image(group)
    shown = folder if image is None else Path(bpy.path.abspath(image.filepath)).parent
    return folder == Path(group.lfpnet.owner_folder or os.devnull) or shown != folder


def _free_folder(folder: Path, settings: Any) -> Path:
    """The folder, or the first of its kind with a number that holds nothing of another node."""
    taken = {result_folder(group.lfpnet) for group in _groups() if group != settings.id_data}
    for number in range(1, _MOST_FOLDERS):
        candidate = folder if number == 1 else folder.with_name(f"{folder.name}_{number}")
        if candidate not in taken and (not candidate.exists() or _holds_only_own(candidate, settings)):
            return candidate
    return folder


def _holds_only_own(folder: Path, settings: Any) -> bool:
    pattern = FramePattern(str(folder / f"{settings.file_name}.####.exr"))
    first = next(iter(recorded_results(pattern)), None)
    return first is not None and first[1].owner is not None and first[1].owner.id == settings.owner_id


def _link_results(source: Path, former: str, group: Any, old_id: str, node: str) -> bool:
    """Give the results of the first second names in the folder of the copy; False where there are none or no links."""
    settings = group.lfpnet
    folder, owner = result_folder(settings), Owner(settings.owner_id, HOST, bpy.data.filepath, node)
    pattern = FramePattern(str(folder / f"{settings.file_name}.####.exr"))
    found = list(recorded_results(FramePattern(str(source / f"{former}.####.exr"))))
    if folder == source or not any(record.owner is not None and record.owner.id == old_id for _, record in found):
        return folder == source
    folder.mkdir(parents=True, exist_ok=True)
    try:
        for path, record in found:
            target = pattern.path(record.frame)
            if path.exists() and not target.exists():
                os.link(path, target)
                write_record(target, replace(record, owner=owner))
    except OSError:  # another disk, or one without links
        return False
    return True
