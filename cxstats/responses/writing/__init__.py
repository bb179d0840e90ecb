"""Surveys as files for people and spreadsheets, from which the same survey can be read again."""
