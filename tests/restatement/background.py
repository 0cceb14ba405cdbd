"""Conditions, drugs, encounters and other results around a specimen."""

from datetime import date, timedelta
from typing import Any

from tests.restatement.limits import (
    COUNTING_STATUSES,
    FIVE_YEARS,
    YEAR,
    Patient,
    Result,
    age_on,
    days_after,
    days_apart,
    exact,
)

# Days an exposure still counts after its end.
SUPPRESSING_DAYS = {
    "bp_alendronate": 730,
    "bp_risedronate": 730,
    "bp_zoledronate": 1095,
    "bp_pamidronate": 1095,
    "bp_ibandronate_oral": 730,
    "bp_ibandronate_injected": 1095,
    "ar_denosumab": 270,
    "ar_serm_raloxifene": 90,
}
ANABOLIC_GROUPS = ("bone_teriparatide", "bone_abaloparatide", "bone_romosozumab")
ANABOLIC_DAYS = 90
ASFOTASE_DAYS = 90
NEVER_GIVEN = ("draft", "cancelled", "not-done", "entered-in-error")

# What may raise an ALP, and for how long.
FRACTURE_GROUPS = ("fracture", "aff", "stress_fracture", "stress_fracture_foot")
ACUTE_CLASSES = ("IMP", "ACUTE", "NONAC", "EMER", "SS", "OBSENC")
PROCEDURE_DAYS = {"sec_cardiac_surgery": 30, "sec_transfusion": 14, "sec_major_surgery": 14}


# Conditions


def counts(condition: dict[str, Any]) -> bool:
    """Refuted and entered-in-error conditions count for nothing."""
    return condition["verification"] not in ("refuted", "entered-in-error")


def conditions_of(patient: Patient, *groups: str) -> list[dict[str, Any]]:
    """Every condition of these groups that counts, whatever its clinical status."""
    return [c for c in patient["conditions"] if c["group"] in groups and counts(c)]


def begin_of(condition: dict[str, Any]) -> date | None:
    """No onset: use recordedDate."""
    begin: date | None = condition["onset"] or condition["recorded"]
    return begin


def is_active(condition: dict[str, Any], day: date) -> bool:
    """Onset <= day <= abatement; resolved without an abatement date is not active."""
    begin = begin_of(condition)
    ended = condition["clinical"] in ("resolved", "inactive", "remission")
    if condition["abatement"] is None and ended:
        return False
    not_before = begin is None or begin <= day
    not_after = condition["abatement"] is None or day <= condition["abatement"]
    return counts(condition) and not_before and not_after


def any_active(patient: Patient, day: date, *groups: str) -> bool:
    """A counting condition of one of these groups is active on that day."""
    return any(is_active(c, day) for c in conditions_of(patient, *groups))


# Drugs


def was_given(drug: dict[str, Any]) -> bool:
    """Status draft, cancelled, not-done or entered-in-error is not exposure."""
    return drug["status"] not in NEVER_GIVEN


def drug_start(drug: dict[str, Any]) -> date:
    """Start = dosage boundsPeriod.start, else authoredOn; an administration: its date."""
    start: date = drug["start"] or drug["authored"]
    return start


def drug_end(patient: Patient, drug: dict[str, Any]) -> date:
    """End = boundsPeriod.end; else today if active or on-hold; else authoredOn."""
    if drug["given"]:
        end: date = drug["authored"]
    elif drug["end"] is not None:
        end = drug["end"]
    elif drug["status"] in ("active", "on-hold"):
        end = patient["today"]
    else:
        end = drug["authored"]
    return end


def is_exposed(patient: Patient, drug: dict[str, Any], day: date, wash_out: int) -> bool:
    """Start <= day <= end + wash-out."""
    last = drug_end(patient, drug) + timedelta(days=wash_out)
    return was_given(drug) and drug_start(drug) <= day <= last


def any_exposed(patient: Patient, day: date, wash_out: int, *groups: str) -> bool:
    """A drug of one of these groups is exposed on that day."""
    return any(
        d["group"] in groups and is_exposed(patient, d, day, wash_out) for d in patient["drugs"]
    )


def is_on_asfotase(patient: Patient, day: date) -> bool:
    """A result on asfotase alfa is INVALID; 90 d wash-out."""
    return any_exposed(patient, day, ASFOTASE_DAYS, "ert_asfotase")


def is_suppressed(patient: Patient, day: date) -> bool:
    """Antiresorptive started strictly before the specimen; lapses after its window."""
    return any(
        d["group"] in SUPPRESSING_DAYS
        and drug_start(d) < day
        and is_exposed(patient, d, day, SUPPRESSING_DAYS[d["group"]])
        for d in patient["drugs"]
    )


# Other results


def labs_of(patient: Patient, *codes: str) -> list[dict[str, Any]]:
    """Results of a status that counts, none dated after today."""
    return [
        lab
        for lab in patient["labs"]
        if lab["code"] in codes
        and lab["status"] in COUNTING_STATUSES
        and lab["date"] <= patient["today"]
    ]


def above_printed_high(lab: dict[str, Any]) -> bool:
    """Above the result's own printed upper limit; without one, never."""
    return lab["high"] is not None and exact(lab["value"]) > exact(lab["high"])


# Acute windows


def procedures_of(patient: Patient, *groups: str) -> list[dict[str, Any]]:
    """Procedures that were done."""
    return [p for p in patient["procedures"] if p["group"] in groups and p["status"] == "completed"]


def is_ill(patient: Patient, day: date) -> bool:
    """ACUTE; a subsequent encounter or a status code starts no window."""
    return any(
        c["event"] == "first" and days_after(begin_of(c), day, 14)
        for c in conditions_of(patient, "sec_acute_illness")
    )


def holds(encounter: dict[str, Any], day: date) -> bool:
    """The encounter's period holds this day."""
    start, end = encounter["start"], encounter["end"]
    return start is not None and start <= day and (end is None or day <= end)


def is_in_hospital(patient: Patient, result: Result) -> bool:
    """The Encounter that the result names, else one whose period holds its day."""
    named = [e for e in patient["encounters"] if e["id"] == result["encounter"]]
    around = [e for e in patient["encounters"] if holds(e, result["date"])]
    return any(e["class"] in ACUTE_CLASSES for e in named or around)


def is_acute(patient: Patient, result: Result) -> bool:
    """The windows of ACUTE."""
    treated = any(
        days_after(p["date"], result["date"], days)
        for group, days in PROCEDURE_DAYS.items()
        for p in procedures_of(patient, group)
    )
    return is_ill(patient, result["date"]) or treated or is_in_hospital(patient, result)


# Masks


def is_broken(patient: Patient, day: date) -> bool:
    """Counted from onset, resolved or not; a later visit counts from its onset."""

    def begin(condition: dict[str, Any]) -> date | None:
        if condition["event"] == "status":
            return None
        return condition["onset"] if condition["event"] == "later" else begin_of(condition)

    return any(days_after(begin(c), day, 180) for c in conditions_of(patient, *FRACTURE_GROUPS))


def is_pregnant(patient: Patient, day: date) -> bool:
    """No man, aged 10 to 55 y, to 300 d after onset or abatement; undated never."""
    if patient["sex"] == "male" or not 3653 <= age_on(patient, day) <= 20453:
        return False
    return any(
        is_active(c, day) and days_after(begin_of(c), day, 300)
        for c in conditions_of(patient, "mask_pregnancy")
    )


def liver_masks(patient: Patient, condition: dict[str, Any], day: date) -> bool:
    """While active, and lasting, ended, begun within 1826 d, or proven by a GGT."""
    if not is_active(condition, day):
        return False
    lasting = condition["group"] == "mask_liver_lasting"
    proven = any(
        above_printed_high(g) and days_apart(g["date"], day) <= YEAR
        for g in labs_of(patient, "ggt")
    )
    recent = days_after(begin_of(condition), day, FIVE_YEARS)
    return lasting or condition["abatement"] is not None or recent or proven


def is_masked(patient: Patient, day: date) -> bool:
    """The windows of MASK."""
    liver = conditions_of(patient, "mask_liver", "mask_liver_lasting")
    return (
        is_broken(patient, day)
        or is_pregnant(patient, day)
        or any(liver_masks(patient, c, day) for c in liver)
        or any(above_printed_high(g) for g in labs_of(patient, "ggt") if g["date"] == day)
        or any_exposed(patient, day, ANABOLIC_DAYS, *ANABOLIC_GROUPS)
    )
