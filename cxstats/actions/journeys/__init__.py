"""Journeys: where along the way it hurts, and whose it is.

Cells of touchpoint, channel and reason   pain_points, PainPoints
Agents, teams, stores                     league_table, league_of, LeagueTable
Contacts, switches, handovers             accumulated_effort, AccumulatedEffort; mark_switches
"""

from cxstats.actions.journeys.accumulated import AccumulatedEffort, accumulated_effort
from cxstats.actions.journeys.league_lists import LeagueTable
from cxstats.actions.journeys.leagues import league_of, league_table
from cxstats.actions.journeys.pain_points import pain_points
from cxstats.actions.journeys.pain_tables import PainPoints
from cxstats.actions.journeys.switches import mark_switches

__all__ = [
    "AccumulatedEffort",
    "LeagueTable",
    "PainPoints",
    "accumulated_effort",
    "league_of",
    "league_table",
    "mark_switches",
    "pain_points",
]
