"""Beside low ALP, findings in genes, blood, urine, bones and teeth raise the suspicion.
Which of them are major and which are minor follows the list of the International Working Group
(Khan 2024, Table 4, read in full; its erratum was not seen).
"""

title = "Features of hypophosphatasia"
