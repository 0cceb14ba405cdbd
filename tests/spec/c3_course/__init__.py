"""One low value is common and mostly means nothing; low values that persist are the sign of
hypophosphatasia (HPP).
This chapter says when low values persist, when ALP has recovered, and for how long a result
speaks for today.
"""

title = "The course over time"
