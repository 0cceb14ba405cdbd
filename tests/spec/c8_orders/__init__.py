"""The check is made for orders of drugs that suppress bone resorption.
Some indications make the order more urgent than the question.
"""

title = "Orders"
