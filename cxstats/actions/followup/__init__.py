"""Whom to contact after a survey, and whether it helped.

Whom to call back, thank and ask       follow_up, FollowUp, CustomerColumns, ContactRules
Whether those called came back         recovery, Recovery
"""

from cxstats.actions.followup.columns import ContactRules, CustomerColumns
from cxstats.actions.followup.lists import QUESTION, FollowUp
from cxstats.actions.followup.recoveries import Recovery
from cxstats.actions.followup.recovering import recovery
from cxstats.actions.followup.selecting import follow_up

__all__ = ["QUESTION", "ContactRules", "CustomerColumns", "FollowUp", "Recovery", "follow_up", "recovery"]
