"""KPIs side by side: what one more point of a score went along with, per week or per segment.

side_by_side, SideBySide    slopes in natural units, correlations, lags, and what must not be concluded

units           scores by week or segment, with their sampling errors
figures         amounts, and rates with a denominator
matching        both by their key; what is set aside, and why
slopes          slopes freed of the scores' sampling error, averaged over what is likely
correlations    Pearson's and Spearman's with their intervals, at lags, in periods that are alike
beside          one KPI: slopes, correlations, the unit that carries them
warnings        trends, wandering, the calendar, totals
words           what people read
results         table, sentences, notes
"""

from cxstats.scores.kpis.results import SideBySide
from cxstats.scores.kpis.side_by_side import side_by_side

__all__ = ["SideBySide", "side_by_side"]
