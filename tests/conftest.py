"""What several tests share: the reference figures and the sample exports."""

import json
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest
from hypothesis import settings

HERE = Path(__file__).parent
DATA = HERE.parent / "data"

mpl.use("Agg")
# The same examples in every run, so that a change is what breaks a test.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")


def reference(name: str) -> Any:
    """Read figures that other software computed."""
    return json.loads((HERE / "reference" / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture
def figures() -> Any:
    return reference


@pytest.fixture
def support() -> Path:
    return DATA / "support_survey.csv"


@pytest.fixture
def checkout() -> Path:
    return DATA / "checkout_survey_qualtrics.csv"
