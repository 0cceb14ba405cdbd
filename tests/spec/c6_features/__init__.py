"""Beside low ALP, findings in genes, blood, urine, bones and teeth raise the suspicion.
Which of them are major and which are minor follows the list of the International Working Group
(from general knowledge; no clinician has compared it with the paper).
"""

title = "Features of hypophosphatasia"
