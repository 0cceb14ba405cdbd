"""Not every number called alkaline phosphatase (ALP) says something about the enzyme.
Before anything is judged, each result is read, converted, or set aside with a reason.
"""

title = "Which results count"
