"""The public names exist, are documented, and the wings import to the left only."""

import inspect

import cxstats


def test_every_public_name_exists_and_is_documented():
    assert len(cxstats.__all__) == len(set(cxstats.__all__))
    for name in cxstats.__all__:
        thing = getattr(cxstats, name)
        assert name in cxstats.__doc__ or name in ("Association", "ShareAmong", "Reading")
        if inspect.isclass(thing) or inspect.isfunction(thing):
            assert inspect.getdoc(thing)
