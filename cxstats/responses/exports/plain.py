"""Plain exports: one header row, one record a row."""

from collections.abc import Sequence
from typing import Final

import pandas as pd

from cxstats.responses.exports.layouts import Layout, Rows, Vendor, clean_names
from cxstats.responses.labels import label_key

_RESPONSE_ID: Final = frozenset({"responseid", "submissionid"})


def response_id_column(names: Sequence[str]) -> str | None:
    """Return the column that names each response once: ``response_id``, ``Submission ID``."""
    return next((name for name in names if label_key(name) in _RESPONSE_ID), None)


def _layout(rows: Rows) -> Layout:
    names, _ = clean_names(rows[0])
    return Layout(
        names=rows[0],
        texts=[" ".join(name.split()) for name in rows[0]],
        headers=1,
        rejections=lambda raw: pd.Series("", index=raw.index, dtype="str"),
        partial=lambda _: None,
        id_column=response_id_column(names),
    )


PLAIN: Final = Vendor("plain", "one header row, one record a row", lambda _: True, _layout)
