"""Extrapolation: values, shares and combinations beyond the data are pointed out, and those within are not."""

import numpy as np
import pandas as pd
import pytest

from cxstats.drivers.extrapolation import segment_shares, share_far
from cxstats.drivers.fitting import fit_drivers
from cxstats.drivers.terms import read_term
from cxstats.drivers.what_if import what_if


def made(n=400, seed=1):
    rng = np.random.default_rng(seed)
    data = pd.DataFrame(
        {
            "steps": rng.poisson(4, n),
            "failed": rng.random(n) < 0.2,
            "channel": rng.choice(["chat", "mail", "phone"], n, p=[0.5, 0.3, 0.2]),
            "region": rng.choice(["north", "south"], n),
        }
    )
    opinion = 6.5 - 0.25 * data["steps"] - data["failed"] - 0.5 * (data["channel"] == "phone")
    data["ces"] = np.clip(np.rint(opinion + rng.normal(size=n)), 1, 7)
    return data


def fitted(data, **more):
    return fit_drivers(data, "ces", scale="ces-2.0", **{"drivers": ["steps", "failed", "channel"], **more})


def test_it_says_where_the_data_are_left_behind():
    data = made()
    model = fitted(data, controls=["region"])
    (value,) = [w for w in what_if(model, {"steps": -2}).warnings if "was seen" in w]
    assert value.startswith("steps would be -2, but was seen from ")
    assert what_if(model, {"steps": 4}).warnings == ()
    (share,) = [w for w in what_if(model, {"failed": 0.4}).warnings if "segment" in w]
    assert share.startswith("failed yes for 40 % is more than any segment shows (most: ")
    assert "is less than any segment shows" in " ".join(what_if(model, {"failed": 0}).warnings)
    assert "beyond the scale" in " ".join(what_if(model, {"steps": -30}).warnings)


def test_combinations_that_were_never_seen_are_pointed_out():
    rng = np.random.default_rng(2)
    steps = rng.uniform(2, 8, 500)
    data = pd.DataFrame({"steps": steps, "fields": 2 * steps + rng.normal(scale=0.3, size=500)})
    data["ces"] = np.clip(np.rint(8 - 0.5 * steps + rng.normal(size=500)), 1, 7)
    model = fitted(data, drivers=["steps", "fields"])
    (warned,) = what_if(model, {"steps": 3}).warnings
    assert "such combinations were hardly seen" in warned
    assert what_if(model, {"steps": 3, "fields": 6}).warnings == ()


def test_shares_by_segment_are_those_of_a_cross_table():
    data = made()
    terms = [read_term(name, data[name]) for name in ("failed", "channel", "region")]
    shares, names = segment_shares(terms[0], terms[1:])
    table = data.groupby("channel")["failed"].mean()
    found = dict(zip(names, shares[:, 1], strict=True))
    assert {name: found[f"channel = {name}"] for name in table.index} == pytest.approx(table.to_dict())
    assert len(names) == 5
    few = data.assign(region=np.where(np.arange(400) < 29, "north", "south"))
    assert segment_shares(terms[0], [read_term("region", few["region"])])[1] == ["region = south"]


def test_as_they_are_one_in_a_hundred_is_far():
    x = np.column_stack([np.ones(1_000), np.random.default_rng(1).normal(size=(1_000, 3))])
    assert share_far(x, [(np.ones(1_000), x)]) == pytest.approx(0.01)
