"""Columns that say who somebody is: found, kept out of what is shown and written, and replaced by pseudonyms."""
