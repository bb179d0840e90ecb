"""What several tests share: the reference figures and the sample exports."""

import json
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest

HERE = Path(__file__).parent
DATA = HERE.parent / "data"

mpl.use("Agg")


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
