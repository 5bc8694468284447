"""The families of mappings by name."""

from unmt.mappings.homophonic import Homophonic
from unmt.mappings.mapping import Mapping
from unmt.mappings.substitution import Substitution

FAMILIES: dict[str, type[Mapping]] = {
    family.family: family
    for family in (
        Substitution,
        Homophonic,
    )
}
