"""A low value with another explanation is judged more calmly, unless it is very low or was never
normal without the drug that may explain it.
"""

title = "What else lowers ALP"
