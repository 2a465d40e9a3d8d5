"""Every kind of subject by its name: a function that builds it and says how it wants to be looked at."""

from .foliage import foliage, grass
from .glassware import glassware, pane
from .hair import animal, hairstyle, tuft
from .hard_surface import hard_surface
from .nets import net
from .plumage import feathers
from .smoke import smoke

SUBJECTS = {
    "hair": hairstyle,
    "tuft": tuft,
    "fur": animal,
    "foliage": foliage,
    "grass": grass,
    "feather": feathers,
    "net": net,
    "smoke": smoke,
    "glass": glassware,
    "pane": pane,
    "things": hard_surface,
}
