"""What to do: where it hurts, and whose it is."""
