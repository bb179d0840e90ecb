"""What the command prints.

``pages``          an export on one screen, or all of it
``accounts``       where an export comes from, every record accounted for, when it was answered, notes
``ratings``        ratings with their counts, scale and evidence
``columns``        choices, texts, numbers and what is about the response, a line or two each
``details``        everything about a column
``groups``         the columns of one matrix, multiple choice or run of like questions, together
``spreads``        how often each point of a rating was given
``next_scores``    what to score next, as the command to paste
``segments``       a column to score it by
``advice``         what to know before: weights, strata, customers, answers on no point
``shell``          words and options of a command, quoted
``score_tables``   scores as text and as objects
``objects``        the JSON of an export, and JSON for a terminal
``lines``          text from an export as one safe line of bounded width
"""
