"""While a fracture heals, in pregnancy, in liver disease or on a bone-forming drug ALP rises.
A normal result in such a state is masked: it neither clears the patient nor ends a low course.
"""

title = "What raises ALP and hides a low value"
