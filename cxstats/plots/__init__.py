"""Draw results.

The only folder that imports matplotlib or seaborn. Every plot shows n and, where there is one, the interval, and reads
without colour. Each function draws on the axes that it is given, or on new ones, and returns them.

Scores          plot_scores, plot_answers, plot_cross_tally, plot_comparison, plot_mix
In time         plot_control_chart, plot_change_points, plot_before_after, plot_kpis_in_time
Side by side    plot_kpis
Journeys        plot_pain_points, plot_heat_map, plot_league
Planning        plot_plan, plot_detectable
Who answered    plot_response_rates, plot_frame, plot_missing
Drivers         plot_effects, plot_importance, plot_dose_response, plot_priorities
"""

from cxstats.plots.changes import plot_before_after, plot_change_points
from cxstats.plots.comparisons import plot_comparison
from cxstats.plots.control_charts import plot_control_chart
from cxstats.plots.drivers import plot_dose_response, plot_effects, plot_importance, plot_priorities
from cxstats.plots.journeys import plot_heat_map, plot_league, plot_pain_points
from cxstats.plots.kpis import plot_kpis, plot_kpis_in_time
from cxstats.plots.mix import plot_mix
from cxstats.plots.participation import plot_frame, plot_missing, plot_response_rates
from cxstats.plots.planning import plot_detectable, plot_plan
from cxstats.plots.scores import plot_answers, plot_cross_tally, plot_scores

__all__ = [
    "plot_answers",
    "plot_before_after",
    "plot_change_points",
    "plot_comparison",
    "plot_control_chart",
    "plot_cross_tally",
    "plot_detectable",
    "plot_dose_response",
    "plot_effects",
    "plot_frame",
    "plot_heat_map",
    "plot_importance",
    "plot_kpis",
    "plot_kpis_in_time",
    "plot_league",
    "plot_missing",
    "plot_mix",
    "plot_pain_points",
    "plot_plan",
    "plot_priorities",
    "plot_response_rates",
    "plot_scores",
]
