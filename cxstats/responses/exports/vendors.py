"""The vendors whose exports are known, and which of them a file is from."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cxstats.responses.exports.alchemer import ALCHEMER
from cxstats.responses.exports.google_forms import GOOGLE_FORMS
from cxstats.responses.exports.layouts import Layout, Vendor
from cxstats.responses.exports.limesurvey import LIMESURVEY
from cxstats.responses.exports.microsoft_forms import MICROSOFT_FORMS
from cxstats.responses.exports.plain import PLAIN
from cxstats.responses.exports.qualtrics import QUALTRICS
from cxstats.responses.exports.qualtrics_legacy import QUALTRICS_LEGACY
from cxstats.responses.exports.surveymonkey import SURVEYMONKEY
from cxstats.responses.exports.tables import Opened
from cxstats.responses.exports.typeform import TYPEFORM
from cxstats.responses.exports.zendesk import ZENDESK
from cxstats.responses.names import unknown_name

VENDORS: Final[Sequence[Vendor]] = (
    QUALTRICS, QUALTRICS_LEGACY, SURVEYMONKEY, ALCHEMER, TYPEFORM, ZENDESK, LIMESURVEY, MICROSOFT_FORMS, GOOGLE_FORMS,
    PLAIN,
)  # fmt: skip


def laid_out(path: Path, opened: Opened, asked: str | Vendor | None) -> tuple[Vendor, Layout]:
    """Say whose export a file is, and how it is laid out.

    Parameters
    ----------
    path, opened
        The file.
    asked
        The vendor or its name, if it was named.

    Raises
    ------
    ValueError
        If there is no such vendor, the file does not have its shape, or a header row cannot be read.
    """
    vendor = _vendor(asked, opened)
    layout = opened.layout or vendor.layout(opened.head)
    broken = [f"header row {row + 1}: {why}" for row, why in opened.damaged.items() if row < layout.headers]
    if broken:
        raise ValueError(f"{path.name} has no readable headers; {'; '.join(broken)}")
    return vendor, layout


def _vendor(asked: str | Vendor | None, opened: Opened) -> Vendor:
    known = {vendor.name: vendor for vendor in VENDORS}
    if asked is None:
        return next(vendor for vendor in VENDORS if vendor.recognises(opened.head))
    if isinstance(asked, str) and asked not in known:
        raise ValueError(unknown_name("vendor", asked, known))
    chosen = asked if isinstance(asked, Vendor) else known[asked]
    if not chosen.recognises(opened.head):
        raise ValueError(f"the file does not have the shape of vendor {chosen.name!r}: {chosen.shape}")
    return chosen
