"""The small exports of our own, one or two a vendor, in the shapes and with the traps of real ones."""

from pathlib import Path

import pandas as pd
import pytest

from cxstats import read_export

FOLDER = Path(__file__).parent / "fixtures"


@pytest.fixture
def read_fixture():
    """Read one of the small exports by name."""
    return lambda name: read_export(FOLDER / f"{name}.csv")


@pytest.fixture
def cells():
    """Return the cells of a column, None where there is no answer, and numbers and truths as Python's."""

    def cells_of(survey, column):
        found = survey.responses[column].astype(object)
        return [None if pd.isna(cell) else cell for cell in found]

    return cells_of


@pytest.fixture
def said_of():
    """Return what a survey says of a column."""
    return lambda survey, column, *what: tuple(survey.questions.set_index("column").loc[column, list(what)])
