"""What follows from what: through other columns too, never in a circle."""

import pytest

from cxstats.drivers.adjustment import consequences_of


def test_a_list_follows_from_all_drivers_and_a_mapping_through_other_columns_too():
    assert consequences_of("minutes", ["a", "b"]) == {"a": frozenset({"minutes"}), "b": frozenset({"minutes"})}
    assert consequences_of((), ["a"]) == {"a": frozenset()}
    follows = consequences_of({"a": "b", "b": ["c"], "c": "d"}, ["a", "b"])
    assert follows == {"a": frozenset("bcd"), "b": frozenset("cd")}


@pytest.mark.parametrize(
    ("mediators", "message"),
    [
        (["b"], r"'b' is a driver and follows from drivers: say from which, as mediators=\{'a': \['b'\]\}"),
        ({"c": "b"}, "mediators: driver 'c' not found"),
        ({"a": "b", "b": "a"}, "mediators: 'a' would follow from itself"),
        ({"a": "a"}, "mediators: 'a' would follow from itself"),
    ],
)
def test_what_cannot_be_is_refused(mediators, message):
    with pytest.raises(ValueError, match=message):
        consequences_of(mediators, ["a", "b"])
