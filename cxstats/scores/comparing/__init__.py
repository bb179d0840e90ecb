"""Scores against each other: which differ, by how much, and what can be said of it.

segments, two_samples, paired   `compare`, `compare_two`, `compare_paired`
comparisons                     the result: numbers, verdicts, sentences, tables
pairings, sides                 which segments are set against which, and how their scores vary together
benchmarks                      an outside figure with its own uncertainty
contrasts, paired_contrasts     differences with limits and p-values by the same method
inversion                       from intervals to p-values
questions, families, wording    what is asked, of how many at once, and in which words it is answered
"""

from cxstats.scores.comparing.benchmarks import Benchmark
from cxstats.scores.comparing.comparisons import Comparison
from cxstats.scores.comparing.paired import compare_paired
from cxstats.scores.comparing.segments import compare
from cxstats.scores.comparing.two_samples import compare_two

__all__ = ["Benchmark", "Comparison", "compare", "compare_paired", "compare_two"]
