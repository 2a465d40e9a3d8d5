"""Cases from folders whose files share names: what every layout but the shot comes down to."""

from pathlib import Path

from lfpnet.data.layouts.case import Case
from lfpnet.data.layouts.folders import OnSkip, pictures_in, with_partners


def cases_of_equal_names(
    plates: Path,
    alphas: Path,
    *,
    trimaps: Path | None = None,
    foregrounds: Path | None = None,
    backgrounds: Path | None = None,
    on_skip: OnSkip | None = None,
) -> list[Case]:
    """One case for each plate.

    Args:
        plates: folder of plates.
        alphas: folder with an alpha for each.
        trimaps: folder with a trimap for each; None makes them from alpha.
        foregrounds: folder with foregrounds for any of them.
        backgrounds: folder with backgrounds for any of them.
        on_skip: told of every plate that lacks an alpha or a trimap; None refuses them.

    Raises:
        ImageFileError: a plate lacks its alpha or its trimap.
    """
    plate_of, alpha_of, trimap_of = pictures_in(plates), pictures_in(alphas), pictures_in(trimaps)
    foreground_of, background_of = pictures_in(foregrounds), pictures_in(backgrounds)
    names = with_partners(plate_of, alpha_of, what="an alpha", where=alphas, on_skip=on_skip)
    if trimaps is not None:
        kept = {name: plate_of[name] for name in names}
        names = with_partners(kept, trimap_of, what="a trimap", where=trimaps, on_skip=on_skip)
    return [
        Case(
            name=name,
            plate=plate_of[name],
            alpha=alpha_of[name],
            trimap=trimap_of.get(name),
            foreground=foreground_of.get(name),
            background=background_of.get(name),
        )
        for name in names
    ]
