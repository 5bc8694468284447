"""The fast orders are those of the mappings."""

import numpy as np
import pytest

from unmt.mappings.enumerable import EnumerableMapping
from unmt.mappings.grid_sections import GridSections
from unmt.mappings.period import Period
from unmt.mappings.rail_fence import RailFence
from unmt.mappings.reverse import Reverse
from unmt.mappings.route import Route
from unmt.mappings.transposition import Transposition
from unmt.solvers.orders import order_blocks

FAMILIES = (Reverse, Period, RailFence, Route, GridSections)


def mapping(family: type[EnumerableMapping], length: int, key: tuple) -> Transposition:
    found = family(tuple(map(str, range(length))), "", *key)
    assert isinstance(found, Transposition)
    return found


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("length", [2, 3, 7, 24, 37])
def test_orders_are_those_of_the_mapping(family: type[EnumerableMapping], length: int) -> None:
    for places in {1, max(1, length // 2), length}:
        for keys, orders in order_blocks(family, length, places):
            for key, order in zip(keys, orders, strict=True):
                assert order.tolist() == mapping(family, length, key).order(length)[:places].tolist(), key


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("length", [2, 5, 24, 29])
def test_every_key_has_its_order(family: type[EnumerableMapping], length: int) -> None:
    found = {tuple(order) for _, orders in order_blocks(family, length, length) for order in orders.tolist()}
    wanted = {tuple(mapping(family, length, key).order(length)) for key in family.parameters("", length)}
    assert found == wanted


@pytest.mark.parametrize("family", [Route, GridSections, RailFence])
def test_orders_of_a_long_text(family: type[EnumerableMapping]) -> None:
    rng = np.random.default_rng(1)
    for keys, orders in order_blocks(family, 340, 340):
        for i in rng.integers(len(keys), size=3):
            assert orders[i].tolist() == mapping(family, 340, keys[i]).order(340).tolist(), keys[i]
