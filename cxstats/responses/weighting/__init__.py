"""Weights that make the respondents look like the population: raking, post-stratification, trimming."""
