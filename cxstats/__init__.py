"""Customer effort, satisfaction and recommendation scores with honest intervals, from survey exports.

Read an export, count the answers, score them:

>>> import cxstats as cx
>>> survey = cx.read_export("data/support_survey.csv")
>>> counted = cx.tally(survey, "ces", scale="ces-2.0", by="channel")
>>> scores = cx.score(counted, "favourable")
>>> list(scores.to_frame().columns)
['channel', 'n', 'estimate', 'standard_error', 'low', 'high']

Responses: what customers answered
    read_export, Survey         a vendor's export: responses, questions, rejected rows
    scan_export, Scanned        the same of an export larger than memory, which tally counts on disk
    personal_columns            which columns hold personal data; pseudonymised puts a keyed hash in their place
    inspect, Question           what is in it, and on which scales it may be
    Scale, named_scale, SCALES  points, direction, labels
    read_answer                 from a raw answer to a point, or the reason why not
    Design                      weights, strata, clusters, population sizes, margins
    rake, post_stratify         weights that bring margins to those of the population (Weighted); trim_weights
    tally, Tally                answers counted by segment, in any engine
    cross_tally, CrossTally     two ratings of the same customers, counted together
    attach, Attached            operational facts joined to answers, none counted twice
    missing_answers             what every question lacks, and why (MissingAnswers)
    repeat_answerers            customers who answered more than once (RepeatAnswerers)
    duplicate_answers, speeders, straight_liners   responses to look at (Flagged); nothing is removed

Scores: how well we do, and how sure we are
    Metric, named_metric        a value for each point; METRIC_NAMES
    published_metrics           the formulas in use for a scale
    converted_mean              a mean as it would read on another scale, and what that assumes
    score, Scores               estimates with intervals, tables, a sentence
    INTERVALS, Sample, Interval interval methods by name, and what they take and give
    bootstrap_interval, dirichlet_interval   the same with settings of one's own
    DIFFERENCES, named_difference   intervals for the difference of two scores by name; PAIRED_DIFFERENCES
    mover_difference            the same from any interval for one score
    exact_coverage              how often an interval covers, by enumeration
    check_claim, Claim          whether a claimed rate holds in simulation
    formula_table               the same answers under every published formula
    rank_correlation            how two ratings go together, with interval
    share_among                 who found it easy and is still dissatisfied
    check_direction             evidence that a column is coded against its scale (DirectionCheck)
    response_rates              who answered of those invited, by segment and over time (ResponseRates)
    compare_with_frame          respondents against those they should stand for (FrameComparison)
    early_and_late              what late answers say of those who never came (EarlyAndLate)
    score_without               what flagged responses change (ScoreWithout)
    ExportCheck                 what all checks of one export come to
    if_silent                   what those who did not answer could change (SilentBounds)
    compare                     segments against the rest, the wave before, a Benchmark ... (Comparison)
    compare_two, compare_paired the same for two exports, and for two ratings of the same customers
    superiority                 how likely a customer of one segment is more pleased than one of another (Superiority)
    mix_and_rate                a change split into other customers and other experiences (MixAndRate)
    standardised                a score as it would be with another mix of segments (Standardised)
    bullets                     lines as a Markdown list, with nothing in them taken for markup

In time: did it change
    with_period                 the day, week, month or quarter of every row, in the engine that holds it
    over_time, ScoreSeries      a score in every period, empty and unfinished ones shown
    control_chart, ControlChart what is out of the ordinary, by Shewhart, Ewma, Cusum or Individuals
    change_points, ChangePoints when the level changed, with an interval for the date
    before_after, BeforeAfter   what a release changed against the trend before; Placebos at other dates
    also_changed, AlsoChanged   what else changed then: who answered, how many, on which weekdays
    target, Target              how likely the score is at its target, and the path to it
    side_by_side, SideBySide    what one more point of a score went along with: KPIs by week or segment

Planning: how many do we ask
    expect, Expected            what the next wave is thought to answer; a last wave's scores say it too
    answers_needed, Plan        answers for a margin, on average or with assurance; margin_reached the other way
    invitations_needed          how many to invite for so many answers
    distance_in_words           a margin or difference in the metric's unit
    detectable_difference       what so many answers can show (Detectable); answers_to_detect (DetectionPlan)

Drivers: what moves it
    fit_drivers, Driver         effects in the driver's own unit, total and direct (DriverModel, EffectTable)
    importance_of               what each driver explains, with intervals and ranks (Importance)
    driver_importance           the same from columns
    threshold_of, Threshold     where the effect of a driver changes; find_threshold from columns
    dose_response_of            the outcome along a driver (DoseResponse); dose_response from columns
    what_if, WhatIf             what the score would be if drivers were otherwise
    priorities, PriorityMap     importance against performance: where to begin
    diagnose, Diagnostics       what the model does not fit, and what it foresees
    sensitivity, Sensitivity    what an unmeasured cause would have to be like
    compare_effects             does an effect differ between segments (EffectComparison)

Actions: what to do
    pain_points, PainPoints     where along the journey it hurts: shrunken scores, contributions, ranks, owners
    league_table, LeagueTable   agents, teams or stores, adjusted for the mix that they were dealt; league_of
    accumulated_effort          score by the number of contacts or switches (AccumulatedEffort); mark_switches
    follow_up, FollowUp         whom to call back, to thank, to ask one more question (CustomerColumns, ContactRules)
    recovery, Recovery          did those who were called come back, against comparable ones

Plots are in `cxstats.plots`, pages in `cxstats.reports`, the command in `cxstats.cli`.
"""

from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from cxstats.actions.followup import ContactRules, CustomerColumns, FollowUp, Recovery, follow_up, recovery
    from cxstats.actions.journeys import (
        AccumulatedEffort,
        LeagueTable,
        PainPoints,
        accumulated_effort,
        league_of,
        league_table,
        mark_switches,
        pain_points,
    )
    from cxstats.drivers.checks import Diagnostics
    from cxstats.drivers.diagnostics import diagnose
    from cxstats.drivers.effects import EffectTable
    from cxstats.drivers.explained import Importance
    from cxstats.drivers.fitting import fit_drivers
    from cxstats.drivers.importance import driver_importance, importance_of
    from cxstats.drivers.interactions import EffectComparison, compare_effects
    from cxstats.drivers.models import DriverModel
    from cxstats.drivers.priorities import priorities
    from cxstats.drivers.priority_map import PriorityMap
    from cxstats.drivers.sensitivity import Sensitivity, sensitivity
    from cxstats.drivers.shape_of import dose_response_of, threshold_of
    from cxstats.drivers.shapes import DoseResponse, dose_response
    from cxstats.drivers.terms import Driver
    from cxstats.drivers.thresholds import Threshold, find_threshold
    from cxstats.drivers.what_if import WhatIf, what_if
    from cxstats.responses.answers import Reading, read_answer
    from cxstats.responses.completeness import MissingAnswers, missing_answers
    from cxstats.responses.crosstabs import CrossTally, cross_tally
    from cxstats.responses.exports import read_export
    from cxstats.responses.exports.scanning import scan_export
    from cxstats.responses.inspection import Question, inspect
    from cxstats.responses.joining import Attached, attach
    from cxstats.responses.markdown import bullets
    from cxstats.responses.periods import with_period
    from cxstats.responses.personal.columns import personal_columns, pseudonymised
    from cxstats.responses.quality import Flagged, duplicate_answers, speeders, straight_liners
    from cxstats.responses.repeats import RepeatAnswerers, repeat_answerers
    from cxstats.responses.scales import SCALES, Scale, named_scale
    from cxstats.responses.scanned import Scanned
    from cxstats.responses.survey import Survey
    from cxstats.responses.tallies import Tally, tally
    from cxstats.responses.weighting.raking import post_stratify, rake
    from cxstats.responses.weighting.trimming import trim_weights
    from cxstats.responses.weighting.weighted import Weighted
    from cxstats.responses.weights import Design
    from cxstats.scores.association import Association, ShareAmong, rank_correlation, share_among
    from cxstats.scores.bootstrap import bootstrap_interval
    from cxstats.scores.calibration import Claim, check_claim
    from cxstats.scores.changes import (
        AlsoChanged,
        BeforeAfter,
        ChangePoints,
        Placebos,
        Target,
        also_changed,
        before_after,
        change_points,
        target,
    )
    from cxstats.scores.comparing import Benchmark, Comparison, compare, compare_paired, compare_two
    from cxstats.scores.contrasts.superiority import Superiority, superiority
    from cxstats.scores.coverage import exact_coverage
    from cxstats.scores.differences import DIFFERENCES, PAIRED_DIFFERENCES, mover_difference, named_difference
    from cxstats.scores.direction import DirectionCheck, check_direction
    from cxstats.scores.dirichlet import dirichlet_interval
    from cxstats.scores.estimates import Scores, score
    from cxstats.scores.export_check import ExportCheck
    from cxstats.scores.formula_tables import formula_table
    from cxstats.scores.intervals import INTERVALS, Interval, Sample
    from cxstats.scores.kpis import SideBySide, side_by_side
    from cxstats.scores.metrics import METRIC_NAMES, Metric, converted_mean, named_metric, published_metrics
    from cxstats.scores.mix import MixAndRate, Standardised, mix_and_rate, standardised
    from cxstats.scores.nonresponse import EarlyAndLate, ScoreWithout, early_and_late, score_without
    from cxstats.scores.participation import ResponseRates, response_rates
    from cxstats.scores.planning import (
        Detectable,
        DetectionPlan,
        Expected,
        Plan,
        answers_needed,
        answers_to_detect,
        detectable_difference,
        distance_in_words,
        expect,
        invitations_needed,
        margin_reached,
    )
    from cxstats.scores.representation import FrameComparison, compare_with_frame
    from cxstats.scores.silent import if_silent
    from cxstats.scores.silent_bounds import SilentBounds
    from cxstats.scores.trends import (
        ControlChart,
        Cusum,
        Ewma,
        Individuals,
        ScoreSeries,
        Shewhart,
        control_chart,
        over_time,
    )

__all__ = [
    "DIFFERENCES", "INTERVALS", "METRIC_NAMES", "PAIRED_DIFFERENCES", "SCALES", "AccumulatedEffort",
    "AlsoChanged", "Association", "Attached", "BeforeAfter", "Benchmark", "ChangePoints", "Claim", "Comparison",
    "ContactRules", "ControlChart", "CrossTally", "CustomerColumns", "Cusum", "Design", "Detectable",
    "DetectionPlan", "Diagnostics", "DirectionCheck", "DoseResponse", "Driver", "DriverModel", "EarlyAndLate",
    "EffectComparison", "EffectTable", "Ewma", "Expected", "ExportCheck", "Flagged", "FollowUp",
    "FrameComparison", "Importance", "Individuals", "Interval", "LeagueTable", "Metric", "MissingAnswers",
    "MixAndRate", "PainPoints", "Placebos", "Plan", "PriorityMap", "Question", "Reading", "Recovery",
    "RepeatAnswerers", "ResponseRates", "Sample", "Scale", "Scanned", "ScoreSeries", "ScoreWithout", "Scores",
    "Sensitivity", "ShareAmong", "Shewhart", "SideBySide", "SilentBounds", "Standardised", "Superiority",
    "Survey", "Tally", "Target", "Threshold", "Weighted", "WhatIf", "accumulated_effort", "also_changed",
    "answers_needed", "answers_to_detect", "attach", "before_after", "bootstrap_interval", "bullets",
    "change_points", "check_claim", "check_direction", "compare", "compare_effects", "compare_paired",
    "compare_two", "compare_with_frame", "control_chart", "converted_mean", "cross_tally",
    "detectable_difference", "diagnose", "dirichlet_interval", "distance_in_words", "dose_response",
    "dose_response_of", "driver_importance", "duplicate_answers", "early_and_late", "exact_coverage", "expect",
    "find_threshold", "fit_drivers", "follow_up", "formula_table", "if_silent", "importance_of", "inspect",
    "invitations_needed", "league_of", "league_table", "margin_reached", "mark_switches", "missing_answers",
    "mix_and_rate", "mover_difference", "named_difference", "named_metric", "named_scale", "over_time",
    "pain_points", "personal_columns", "post_stratify", "priorities", "pseudonymised", "published_metrics",
    "rake", "rank_correlation", "read_answer", "read_export", "recovery", "repeat_answerers", "response_rates",
    "scan_export", "score", "score_without", "sensitivity", "share_among", "side_by_side", "speeders",
    "standardised", "straight_liners", "superiority", "tally", "target", "threshold_of", "trim_weights",
    "what_if", "with_period",
]  # fmt: skip

_ROOMS: Final = MappingProxyType(
    {
        "actions.followup": ("ContactRules", "CustomerColumns", "FollowUp", "Recovery", "follow_up", "recovery"),
        "actions.journeys": (
            "AccumulatedEffort",
            "LeagueTable",
            "PainPoints",
            "accumulated_effort",
            "league_of",
            "league_table",
            "mark_switches",
            "pain_points",
        ),
        "drivers.checks": ("Diagnostics",),
        "drivers.diagnostics": ("diagnose",),
        "drivers.effects": ("EffectTable",),
        "drivers.explained": ("Importance",),
        "drivers.fitting": ("fit_drivers",),
        "drivers.importance": ("driver_importance", "importance_of"),
        "drivers.interactions": ("EffectComparison", "compare_effects"),
        "drivers.models": ("DriverModel",),
        "drivers.priorities": ("priorities",),
        "drivers.priority_map": ("PriorityMap",),
        "drivers.sensitivity": ("Sensitivity", "sensitivity"),
        "drivers.shape_of": ("dose_response_of", "threshold_of"),
        "drivers.shapes": ("DoseResponse", "dose_response"),
        "drivers.terms": ("Driver",),
        "drivers.thresholds": ("Threshold", "find_threshold"),
        "drivers.what_if": ("WhatIf", "what_if"),
        "responses.answers": ("Reading", "read_answer"),
        "responses.completeness": ("MissingAnswers", "missing_answers"),
        "responses.crosstabs": ("CrossTally", "cross_tally"),
        "responses.exports": ("read_export",),
        "responses.exports.scanning": ("scan_export",),
        "responses.inspection": ("Question", "inspect"),
        "responses.joining": ("Attached", "attach"),
        "responses.markdown": ("bullets",),
        "responses.personal.columns": ("personal_columns", "pseudonymised"),
        "responses.quality": ("Flagged", "duplicate_answers", "speeders", "straight_liners"),
        "responses.repeats": ("RepeatAnswerers", "repeat_answerers"),
        "responses.scales": ("SCALES", "Scale", "named_scale"),
        "responses.scanned": ("Scanned",),
        "responses.survey": ("Survey",),
        "responses.tallies": ("Tally", "tally"),
        "responses.weighting.raking": ("post_stratify", "rake"),
        "responses.weighting.trimming": ("trim_weights",),
        "responses.weighting.weighted": ("Weighted",),
        "responses.weights": ("Design",),
        "responses.periods": ("with_period",),
        "scores.trends": (
            "ControlChart",
            "Cusum",
            "Ewma",
            "Individuals",
            "ScoreSeries",
            "Shewhart",
            "control_chart",
            "over_time",
        ),
        "scores.changes": (
            "AlsoChanged",
            "BeforeAfter",
            "ChangePoints",
            "Placebos",
            "Target",
            "also_changed",
            "before_after",
            "change_points",
            "target",
        ),
        "scores.association": ("Association", "ShareAmong", "rank_correlation", "share_among"),
        "scores.bootstrap": ("bootstrap_interval",),
        "scores.calibration": ("Claim", "check_claim"),
        "scores.comparing": ("Benchmark", "Comparison", "compare", "compare_paired", "compare_two"),
        "scores.contrasts.superiority": ("Superiority", "superiority"),
        "scores.coverage": ("exact_coverage",),
        "scores.differences": ("DIFFERENCES", "PAIRED_DIFFERENCES", "mover_difference", "named_difference"),
        "scores.direction": ("DirectionCheck", "check_direction"),
        "scores.dirichlet": ("dirichlet_interval",),
        "scores.estimates": ("Scores", "score"),
        "scores.formula_tables": ("formula_table",),
        "scores.export_check": ("ExportCheck",),
        "scores.intervals": ("INTERVALS", "Interval", "Sample"),
        "scores.kpis": ("SideBySide", "side_by_side"),
        "scores.metrics": ("METRIC_NAMES", "Metric", "converted_mean", "named_metric", "published_metrics"),
        "scores.mix": ("MixAndRate", "Standardised", "mix_and_rate", "standardised"),
        "scores.nonresponse": ("EarlyAndLate", "ScoreWithout", "early_and_late", "score_without"),
        "scores.participation": ("ResponseRates", "response_rates"),
        "scores.planning": (
            "Detectable",
            "DetectionPlan",
            "Expected",
            "Plan",
            "answers_needed",
            "answers_to_detect",
            "detectable_difference",
            "distance_in_words",
            "expect",
            "invitations_needed",
            "margin_reached",
        ),
        "scores.representation": ("FrameComparison", "compare_with_frame"),
        "scores.silent": ("if_silent",),
        "scores.silent_bounds": ("SilentBounds",),
    }
)
"""Rooms below `cxstats` and the names that they make public: what is not used is not imported."""


def __getattr__(name: str) -> Any:
    for room, names in _ROOMS.items():
        if name in names:
            found = globals()[name] = getattr(import_module(f"cxstats.{room}"), name)
            return found
    raise AttributeError(f"module 'cxstats' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
