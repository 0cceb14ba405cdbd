"""A result is low when it is below the limit that holds for the age and sex of the patient on the
day of the specimen.
The laboratory's own limit comes first, within bounds that keep a wrong or wide range from
hiding a low value or making one.
"""

title = "What is low"
