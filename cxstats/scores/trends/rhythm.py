"""Periods as time that a manager reads: rates and delays at the rhythm of the chart.

>>> rate_in_words(1 / 178, "week")
'about one false alarm in 3.4 years'
>>> rate_in_words(1 / 150, "day")
'about 2.4 false alarms a year'
"""

from cxstats.responses.periods import Every
from cxstats.scores.trends.calendar import PER_YEAR


def rate_in_words(rate: float, every: Every) -> str:
    """Say a number of false alarms a period by the year."""
    yearly = rate * PER_YEAR[every]
    if yearly < 1 / 1.05:
        years = 1 / yearly
        return f"about one false alarm in {years:.{1 if years < 10 else 0}f} years"
    return f"about {'one false alarm' if yearly < 1.05 else f'{yearly:.1f} false alarms'} a year"


def periods_in_words(count: int, every: Every) -> str:
    """Write ``"1 week"``, ``"6 weeks"``."""
    return f"{count:,} {every}{'' if count == 1 else 's'}"
