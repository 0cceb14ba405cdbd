"""A finding is present, absent, or unknown because data was missing.
What was not seen never becomes an all-clear: rows of a warning that only missing data kept from
matching are named as open, in the answer and on the card.  No card interrupts where the ALP is
settled: recent, normal, above its ceiling, never low, and no newer result unread.
"""

title = "What could not be seen"
