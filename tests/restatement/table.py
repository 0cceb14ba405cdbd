"""The clinical decision table for low ALP, edition 2, restated from its text alone.

The modules of this folder are written from the clinical decision table (its rows, the modifiers
below it, and what is not seen) and from nothing else.  They share no code with the engine, on
purpose: two readings of one text that agree on thousands of random patients are unlikely to be
wrong in the same way, which would not hold if they shared a helper.

limits -> background -> causes -> classes -> features -> rows -> modifiers, unseen -> this.
The "Repeat" modifier and timeouts are left out.
"""

from dataclasses import dataclass

from tests.restatement.classes import story_of
from tests.restatement.limits import Patient
from tests.restatement.modifiers import modified
from tests.restatement.rows import matched_row
from tests.restatement.unseen import Answer, answer, as_seen

VERDICTS = {
    "T0": "hppExcluded",
    "T1": "hppConfirmed",
    "T2": "hppProbable",
    "T3": "hppSuspected",
    "T3b": "lowAlpAcquired",
    "T4a": "lowAlpCauseNotReassuring",
    "T4b": "lowAlpPossibleCause",
    "T4c": "lowAlpAcuteIllness",
    "T5a": "lowAlpOnce",
    "T5b": "lowAlpOnceMarked",
    "T6": "alpUnclear",
    "T7": "alpNotLow",
    "T8": "alpNotOnFile",
}


@dataclass(frozen=True)
class Judgement:
    """What the table says about one patient and one order.

    tier, row and indicator are empty where the ALP could not be looked at.
    """

    tier: str
    verdict: str
    row: str
    indicator: str
    answer: Answer


def judge(patient: Patient) -> Judgement:
    """The whole table, its modifiers and what was not seen, for one patient.

    Without the ALP only HPP on record and asfotase alfa (rows 1 and 2) can be judged.
    """
    seen = as_seen(patient)
    story = story_of(seen)
    tier, row, indicator = matched_row(seen, story)
    if "alp" in patient["missing"] and tier not in ("T1", "T2"):
        return Judgement("", "notEvaluated", "", "", Answer("unavailable", True))
    shown = modified(seen, story, tier, indicator)
    return Judgement(tier, VERDICTS[tier], row, shown, answer(seen, (tier, row, indicator), shown))
