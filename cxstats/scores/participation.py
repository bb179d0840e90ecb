"""Response rates: how many of those who were asked answered, by segment and over time.

>>> import pandas as pd
>>> asked = pd.DataFrame({"ticket": ["a", "b", "c", "d"], "channel": ["chat", "chat", "phone", "phone"]})
>>> answers = pd.DataFrame({"ticket": ["a", "b", "c", "c", "z"]})
>>> rates = response_rates(asked, answers, on="ticket", by="channel")
>>> rates.to_frame()[["channel", "n", "responded", "estimate"]].to_dict("records")[1]
{'channel': 'phone', 'n': 2, 'responded': 1, 'estimate': 0.5}
>>> rates.links.sentence()
'1 response matches no invitation; 1 invitation was answered more than once and counts once.'
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any, Final, Literal, cast, get_args

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from cxstats.responses.invitations import Links, answered_flags, link_responses
from cxstats.responses.keys import column_of
from cxstats.responses.names import unknown_name
from cxstats.responses.numbering import number_rows
from cxstats.responses.rows import dates_in, rows_of
from cxstats.responses.survey import Survey
from cxstats.responses.tallies import RESERVED
from cxstats.scores.estimates import segment_names
from cxstats.scores.intervals import Interval, Sample, require_confidence_level, score_interval
from cxstats.scores.rate_trends import Trend, trend_of_rates

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Truths = NDArray[np.bool_]
Period = Literal["D", "W", "M", "Q", "Y"]

PERIOD: Final = "period"
FEWEST_PERIODS: Final = 3
_UNITS: Final[Mapping[str, str]] = {"D": "day", "W": "week", "M": "month", "Q": "quarter", "Y": "year"}


@dataclass(frozen=True, slots=True, eq=False)
class ResponseRates:
    """Invitations and responses of S segments.

    Attributes
    ----------
    by, period
        The segment columns, and the calendar period or None; a period is the last column of `segments`.
    segments
        Values of the segment columns and the first day of the ``period``; S rows.
    invited, responded
        Number of invitations, and of those that were answered; shape (S,).
    incomplete
        Whether invitations end before the period does; shape (S,).
    links
        What did not fit.
    confidence_level
        Of the intervals.
    """

    by: tuple[str, ...]
    period: Period | None
    segments: pd.DataFrame
    invited: Integers
    responded: Integers
    incomplete: Truths
    links: Links = field(default_factory=Links)
    confidence_level: float = 0.95

    @property
    def estimate(self) -> Floats:
        """Response rate, 0 to 1; shape (S,)."""
        return self.sample.estimate

    @property
    def sample(self) -> Sample:
        """What an interval method takes."""
        return Sample.from_counts(np.column_stack([self.invited - self.responded, self.responded]), [0, 1])

    def interval(self) -> Interval:
        """Score interval of each rate, which is Wilson's."""
        return score_interval(self.sample, self.confidence_level)

    @property
    def total(self) -> "ResponseRates":
        """All segments and periods as one."""
        return self._merged([])

    def over_time(self) -> "ResponseRates":
        """Return the rates by period alone.

        Raises
        ------
        ValueError
            If the rates are not by period.
        """
        if self.period is None:
            raise ValueError("these rates are not by period; give response_rates asked_at=... and period='M'")
        return self._merged([PERIOD])

    def _merged(self, keys: list[str]) -> "ResponseRates":
        segments, place = number_rows(self.segments[keys])
        invited, responded = (
            np.bincount(place, weights=n, minlength=len(segments)).astype(np.int64)
            for n in (self.invited, self.responded)
        )
        incomplete = np.bincount(place, weights=self.incomplete, minlength=len(segments)) > 0
        period = self.period if keys else None
        incomplete = incomplete if keys else np.zeros(len(segments), dtype=np.bool_)
        return replace(
            self, by=(), period=period, segments=segments, invited=invited, responded=responded, incomplete=incomplete
        )

    @property
    def names(self) -> list[str]:
        """Name each segment for people, periods as ``"2026-03"``."""
        if self.period is None:
            return segment_names(self.segments) if self.by else ["all"] * len(self.segments)
        return segment_names(self.segments.assign(period=self._periods()))

    def _periods(self) -> list[str]:
        days, period = self.segments[PERIOD].dt, cast("Period", self.period)
        if period == "Q":
            return [f"{year} Q{quarter}" for year, quarter in zip(days.year, days.quarter, strict=True)]
        return days.strftime({"M": "%Y-%m", "Y": "%Y"}.get(period, "%Y-%m-%d")).tolist()

    def trend(self) -> Trend | None:
        """Fit a line through the rates of the complete periods, segments together; None for fewer than three.

        The slope is the weighted least-squares one, ``sum n (x - mean)(p - rate) / sum n (x - mean)^2``, whose test is
        that of Cochran and Armitage; its standard error takes each period's own binomial variance. Invitations count
        as independent, so a rate that moves from month to month for other reasons makes the interval too narrow.

        References
        ----------
        Cochran (1954), Some methods for strengthening the common chi-squared tests. Biometrics 10.
        Armitage (1955), Tests for linear trends in proportions and frequencies. Biometrics 11.
        """
        rates = self.over_time()
        used = ~rates.incomplete & (rates.invited > 0)
        if used.sum() < FEWEST_PERIODS:
            return None
        ordinals = pd.PeriodIndex(rates.segments[PERIOD], freq=rates.period)[used].asi8
        n, answered = (counts[used].astype(np.float64) for counts in (rates.invited, rates.responded))
        slope, error, p_value = trend_of_rates(answered, n, (ordinals - ordinals[0]).astype(np.float64))
        half = float(scipy.special.ndtri((1 + self.confidence_level) / 2)) * error
        x, rate = ordinals - np.average(ordinals, weights=n), answered.sum() / n.sum()
        names = [name for name, keep in zip(rates.names, used, strict=True) if keep]
        return Trend(
            slope=slope,
            low=slope - half,
            high=slope + half,
            confidence_level=self.confidence_level,
            p_value=p_value,
            first=names[0],
            last=names[-1],
            from_rate=float(np.clip(rate + slope * x[0], 0, 1)),
            to_rate=float(np.clip(rate + slope * x[-1], 0, 1)),
            unit=_UNITS[cast("str", self.period)],
        )

    def to_frame(self) -> pd.DataFrame:
        """Tidy table: segment columns, ``n`` (invited), ``responded``, ``estimate``, ``standard_error``, ``low``, ...

        ... ``high`` and ``incomplete``; unrounded.
        """
        limits, rate = self.interval(), self.estimate
        with np.errstate(invalid="ignore", divide="ignore"):
            error = np.sqrt(rate * (1 - rate) / self.invited)
        figures = {"n": self.invited, "responded": self.responded, "estimate": rate, "standard_error": error}
        rest = pd.DataFrame({**figures, "low": limits.low, "high": limits.high, "incomplete": self.incomplete})
        return pd.concat([self.segments.reset_index(drop=True), rest], axis=1)

    def to_text(self) -> pd.DataFrame:
        """Table as people read it, the total first."""
        parts = [self] if self.segments.columns.empty else [self.total, self]
        return pd.concat([part._text_rows() for part in parts], ignore_index=True)

    def _text_rows(self) -> pd.DataFrame:
        limits = self.interval()
        between = [
            f"{100 * a:.1f} % to {100 * b:.1f} %" if n else "–"
            for a, b, n in zip(limits.low, limits.high, self.invited, strict=True)
        ]
        notes = [" (incomplete)" if some else "" for some in self.incomplete]
        return pd.DataFrame(
            {
                "segment": [name + note for name, note in zip(self.names, notes, strict=True)],
                "invited": [f"{n:,}" for n in self.invited],
                "answered": [f"{n:,}" for n in self.responded],
                "response rate": [
                    f"{100 * r:.1f} %" if n else "–" for r, n in zip(self.estimate, self.invited, strict=True)
                ],
                f"{100 * self.confidence_level:g} % interval": between,
            }
        )

    def sentence(self) -> str:
        """Say the response rate, its trend where periods are known, and what did not fit."""
        total = self.total
        limits, n = total.interval(), int(total.invited[0])
        if not n:
            return f"Nobody was asked. {self.links.sentence()}".strip()
        told = [
            f"{total.responded[0]:,} of {n:,} invitations were answered: response rate {100 * total.estimate[0]:.1f} % "
            f"({100 * self.confidence_level:g} % interval {100 * limits.low[0]:.1f} % to {100 * limits.high[0]:.1f} %)."
        ]
        if self.period is not None:
            told.append(self._trend_in_words())
        return " ".join(filter(None, [*told, self.links.sentence()]))

    def _trend_in_words(self) -> str:
        trend, times = self.trend(), self.over_time()
        found = trend.sentence() if trend else "There are too few complete periods for a trend."
        if not times.incomplete.any():
            return found
        named = ", ".join(name for name, some in zip(times.names, times.incomplete, strict=True) if some)
        return f"{found} {named} is incomplete and not in the trend."

    def _repr_html_(self) -> str:
        table = self.to_text().to_html(index=False, border=0, justify="left")
        return f"<p>{escape(self.sentence())}</p>{table}"


def response_rates(
    invitations: Survey | pd.DataFrame,
    responses: Survey | pd.DataFrame | None = None,
    *,
    on: str | Sequence[str] | Mapping[str, str] | None = None,
    responded: str | None = None,
    by: str | Sequence[str] = (),
    asked_at: str | None = None,
    period: Period | None = None,
    confidence_level: float = 0.95,
) -> ResponseRates:
    """Count invitations and answers by segment and calendar period.

    Who answered is known in one of two ways: from `responses`, linked by the key `on`; or from a column `responded` of
    the invitations themselves.

    Parameters
    ----------
    invitations
        One row a customer, ticket or order that was asked.
    responses
        The answers.
    on
        Key that both tables have, or a mapping from columns of the responses to columns of the invitations.
    responded
        Column of the invitations that says who answered: true or false, 1 or 0, or the date of the answer, empty for
        none.
    by
        Columns of the invitations whose values make the segments.
    asked_at
        Column of the invitations with the date of asking. Rows without one were not asked; they are counted in `links`
        and are in no rate. Of several invitations with one key the first counts.
    period
        Calendar period of `asked_at`: ``"D"``, ``"W"`` (from Monday), ``"M"``, ``"Q"`` or ``"Y"``. The last one is
        incomplete where invitations stop longer before its end than they ever paused in the periods before it.
    confidence_level
        Between 0 and 1.

    Returns
    -------
    ResponseRates
        The rate is answered over asked. Its interval speaks of the customers' readiness to answer, not of the count
        itself, which is known.

    Raises
    ------
    ValueError
        If it is not said, or said twice, who answered; if a column does not exist or is not of its type; if no response
        matches an invitation.

    References
    ----------
    AAPOR, Standard Definitions: Final Dispositions of Case Codes and Outcome Rates for Surveys. A rate of completed
    and partial answers over all that were asked, nobody taken for ineligible, is its RR2.
    """
    require_confidence_level(confidence_level)
    by = (by,) if isinstance(by, str) else tuple(by)
    _require_settings(by, asked_at, period)
    frame = rows_of(invitations, "invitations")
    dates = None if asked_at is None else dates_in(frame, asked_at, "invitations")
    asked = np.ones(len(frame), dtype=np.bool_) if dates is None else dates.notna().to_numpy()
    if responses is not None and on is not None and responded is None:
        used, answered, links = link_responses(rows_of(responses, "responses"), frame, on, asked=asked, dates=dates)
    elif responses is None and on is None and responded is not None:
        used, answered, links = asked, answered_flags(frame, responded, asked), Links()
    else:
        raise ValueError(
            "say who answered in one way: with the responses and their key, as response_rates(invitations, responses, "
            "on='ticket'), or with a column of the invitations, as responded='answered'"
        )
    keys = pd.DataFrame({name: column_of(frame, name, "invitations")[used] for name in by}, index=frame.index[used])
    incomplete_from = None
    if dates is not None and period is not None:
        keys[PERIOD], incomplete_from = _periods_of(dates[used], period)
    segments, place = number_rows(keys)
    incomplete = np.zeros(len(segments), dtype=np.bool_)
    if incomplete_from is not None:
        incomplete = (segments[PERIOD] == incomplete_from).to_numpy()
    return ResponseRates(
        by=by,
        period=period,
        segments=segments,
        invited=np.bincount(place, minlength=len(segments)).astype(np.int64),
        responded=np.bincount(place, weights=answered[used], minlength=len(segments)).astype(np.int64),
        incomplete=incomplete,
        links=replace(links, not_asked=int((~asked).sum())),
        confidence_level=confidence_level,
    )


def _require_settings(by: tuple[str, ...], asked_at: str | None, period: str | None) -> None:
    if period is not None and period not in get_args(Period):
        raise ValueError(unknown_name("period", period, get_args(Period)))
    if period is not None and asked_at is None:
        raise ValueError("a period needs the date of asking: asked_at='invited_at'")
    taken = [name for name in by if name in (*RESERVED, PERIOD, "responded", "incomplete")]
    if taken or len(set(by)) < len(by):
        raise ValueError(f"segments must be distinct columns with names that the table does not use; got {list(by)}")


def _periods_of(dates: "pd.Series[Any]", period: Period) -> "tuple[pd.Series[Any], pd.Timestamp | None]":
    """Return the first day of each date's period, and that of the last period if invitations stop before it ends."""
    days = (dates.dt.tz_localize(None) if dates.dt.tz is not None else dates).dt.normalize()
    periods = days.dt.to_period(period)
    starts = periods.dt.start_time
    if days.empty:
        return starts, None
    last, start = days.max(), starts.max()
    earlier = pd.Series(days[days < start].unique()).sort_values().diff()
    usual = earlier.max() if len(earlier) > 1 else pd.Timedelta(days=1)
    end = periods.max().end_time.normalize() + pd.Timedelta(days=1)
    return starts, start if end - last > usual else None
