"""Scores in time: one row a period, and control charts that tell a change from chance.

series              a score in every period, empty and unfinished ones shown (over_time, ScoreSeries)
calendar            periods, their ends and names
renaming            a segment that ends as another begins
kinds               the charts by name and what can be set: Shewhart, Individuals, Ewma, Cusum
expectations        what periods would show if nothing changed, from a baseline
beyond_chance       how periods vary beyond what their answers explain, and whether that lasts
middles             the median of what a period's answers show, where few answers are coarse
alarm_rules         when a period is out of the ordinary
tracks              points against their limits: scores, moving averages, sums
alarms, rhythm      alarms with their reason, rates and delays, in words
run_lengths         how long until an alarm, exactly
false_alarms        how often a chart cries wolf, and how soon it sees a change
charts, charting    the result, and how it is made (ControlChart, control_chart)
"""

from cxstats.scores.trends.charting import control_chart
from cxstats.scores.trends.charts import ControlChart
from cxstats.scores.trends.kinds import Cusum, Ewma, Individuals, Shewhart
from cxstats.scores.trends.series import ScoreSeries, over_time

__all__ = ["ControlChart", "Cusum", "Ewma", "Individuals", "ScoreSeries", "Shewhart", "control_chart", "over_time"]
