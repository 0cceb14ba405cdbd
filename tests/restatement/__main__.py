"""Draw random patients and count where they land: python -m tests.restatement [N] [seed]."""

import sys
from collections import Counter
from random import Random

from tests.restatement.patients import random_patient
from tests.restatement.table import is_child_now, is_new_start, judge, matched_row


def kinds(number: int, seed: int) -> dict[str, Counter[str]]:
    """Count tiers, indicators and kinds of rows over that many patients."""
    rng = Random(seed)
    counts: dict[str, Counter[str]] = {"tier": Counter(), "indicator": Counter(), "row": Counter()}
    for _ in range(number):
        patient = random_patient(rng)
        judgement = judge(patient)
        _, row = matched_row(patient)
        if judgement.tier == "T8":
            start = "new start" if is_new_start(patient) else "continuing"
            row = f"{row}, {'child' if is_child_now(patient) else start}"
        offer = ", delete offered" if judgement.delete_offered else ""
        counts["tier"][judgement.tier] += 1
        counts["indicator"][f"{judgement.tier} {judgement.indicator}{offer}"] += 1
        counts["row"][row] += 1
    return counts


def main() -> None:
    """Print the counts, one line each."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 20000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    for heading, counter in kinds(number, seed).items():
        print(f"\n{heading} ({number} patients, seed {seed})")
        for name, count in sorted(counter.items()):
            print(f"  {count:6}  {name}")


if __name__ == "__main__":
    main()
