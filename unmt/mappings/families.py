"""The families of mappings by name."""

from unmt.mappings.affine import Affine
from unmt.mappings.beaufort import Beaufort
from unmt.mappings.caesar import Caesar
from unmt.mappings.columnar import Columnar, DoubleColumnar
from unmt.mappings.composition import Composition
from unmt.mappings.grid_sections import GridSections
from unmt.mappings.homophonic import Homophonic
from unmt.mappings.identity import Identity
from unmt.mappings.mapping import Mapping
from unmt.mappings.period import Period
from unmt.mappings.rail_fence import RailFence
from unmt.mappings.reverse import Reverse
from unmt.mappings.route import Route
from unmt.mappings.substitution import Substitution
from unmt.mappings.vigenere import Vigenere

FAMILIES: dict[str, type[Mapping]] = {
    family.family: family
    for family in (
        Identity,
        Reverse,
        Caesar,
        Affine,
        Substitution,
        Homophonic,
        Vigenere,
        Beaufort,
        Columnar,
        DoubleColumnar,
        RailFence,
        Route,
        Period,
        GridSections,
        Composition,
    )
}
