"""A finding is present, absent, or unknown because data was missing.
What was not seen never becomes an all-clear: more urgent rows that only missing data kept from
matching are named as open, on the card and in the answer.
"""

title = "What could not be seen"
