"""Did it change, when, and was it the release: levels, interruptions, targets.

Change points      change_points, ChangePoints: how many changes of level, when, by how much
Before and after   before_after, BeforeAfter: what a release did, against the trend before; Placebos
Targets            target, Target: how likely it is reached, the path, how many answers would tell
What else          also_changed, AlsoChanged: mix of respondents, weekdays, response rate

series            scores by period in the order of time
noise             sampling error, ups and downs beyond it, and how they carry over
effects           what a change did, in figures and words; how far the trend before can be followed
reaching          whether a score is at a target, and how many answers would tell
partitions        best dates by dynamic programming, F statistics, intervals for a date
showing           how results show themselves in a notebook and a terminal
segmented         the columns of an interrupted series, Newey and West's errors
"""

from cxstats.scores.changes.before_after import before_after
from cxstats.scores.changes.change_points import ChangePoints, change_points
from cxstats.scores.changes.effects import BeforeAfter
from cxstats.scores.changes.elsewhere import AlsoChanged, also_changed
from cxstats.scores.changes.placebos import Placebos
from cxstats.scores.changes.targets import Target, target

__all__ = [
    "AlsoChanged",
    "BeforeAfter",
    "ChangePoints",
    "Placebos",
    "Target",
    "also_changed",
    "before_after",
    "change_points",
    "target",
]
