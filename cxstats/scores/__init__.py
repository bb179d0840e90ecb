"""How well we do, and how sure we are: metrics, estimates, intervals."""
