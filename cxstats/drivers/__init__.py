"""What moves a score: effects of drivers, their importance, thresholds, what-if."""
