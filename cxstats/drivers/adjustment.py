"""Which columns a model must leave out, so that an effect is the total one: the consequences of its driver.

>>> follows = consequences_of({"steps": ["minutes"], "fields": "errors", "errors": "minutes"}, ["steps", "fields"])
>>> sorted(follows["steps"]), sorted(follows["fields"])
(['minutes'], ['errors', 'minutes'])
"""

from collections.abc import Mapping, Sequence

from cxstats.responses.names import unknown_name

Mediators = str | Sequence[str] | Mapping[str, str | Sequence[str]]


def consequences_of(mediators: Mediators, drivers: Sequence[str]) -> dict[str, frozenset[str]]:
    """Say what follows from each driver, through other columns too.

    Parameters
    ----------
    mediators
        Columns that follow from all drivers, none of them a driver itself; or from a driver to what follows from it.
    drivers
        The drivers.

    Raises
    ------
    ValueError
        If a cause is neither a driver nor the consequence of one, something follows from itself, or a column is both
        driver and consequence and it is not said of what.
    """
    if not isinstance(mediators, Mapping):
        found = frozenset(_names(mediators))
        both = [name for name in drivers if name in found]
        if both:
            cause = next((name for name in drivers if name not in found), "steps")
            how = f"mediators={{{cause!r}: [{both[0]!r}]}}"
            raise ValueError(f"{both[0]!r} is a driver and follows from drivers: say from which, as {how}")
        return dict.fromkeys(drivers, found)
    direct = {cause: _names(follows) for cause, follows in mediators.items()}
    known = [*drivers, *(name for follows in direct.values() for name in follows)]
    for cause in direct:
        if cause not in known:
            raise ValueError(f"mediators: {unknown_name('driver', cause, drivers)}")
    found = {driver: _all_that_follows(driver, direct) for driver in drivers}
    for cause in direct:
        if cause in _all_that_follows(cause, direct):
            raise ValueError(f"mediators: {cause!r} would follow from itself; causes must come before consequences")
    return found


def _names(names: str | Sequence[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _all_that_follows(driver: str, direct: Mapping[str, Sequence[str]]) -> frozenset[str]:
    found: set[str] = set()
    left = [*direct.get(driver, ())]
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += direct.get(name, ())
    return frozenset(found)
