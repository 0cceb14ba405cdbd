"""Draw random patients and count where they land: python -m tests.restatement [N] [seed]."""

import sys
from collections import Counter
from random import Random

from tests.restatement.patients import random_patient
from tests.restatement.table import judge


def kinds(number: int, seed: int) -> dict[str, Counter[str]]:
    """Count tiers, rows, indicators and answers over that many patients."""
    rng = Random(seed)
    counts: dict[str, Counter[str]] = {"row": Counter(), "answer": Counter()}
    for _ in range(number):
        patient = random_patient(rng)
        judgement = judge(patient)
        row = f"{judgement.tier:4} {judgement.row}"
        counts["row"][f"{row}, {judgement.indicator}"] += 1
        card = "card" if judgement.answer.card else "no card"
        counts["answer"][f"{judgement.answer.status}, {card}"] += 1
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
