"""Content decides: which groups, causes and verdicts Python names is listed here, with why."""

from __future__ import annotations

import ast

from service.evaluation.engine import Engine
from tests.unit.test_layers import modules

# Tests of which a rule of the core speaks, and the class of drugs whose end a card speaks of.
CORE_TESTS = {
    "alp_total", "alp_bone", "lab_plp", "lab_pea_urine", "lab_ggt", "lab_egfr", "lab_calcium",
    "lab_calcium_corrected", "lab_potassium",
}  # fmt: skip
# Features that are read from results, and no diagnosis.
BY_RULE = {"alpl", "substrate"}
# Floors, which no site may take away, so that they stand outside of content.
FLOORS = {"ert_asfotase", "hppConfirmed", "hppProbable"}
# How ids of groups of HPP begin: a site's own rows are compared with the whole family.
FAMILY = {"cond_hpp"}
# Verdicts that more than a card depends on: statuses, alarms, what is counted.
VERDICTS = {"notEvaluated", "alpNotOnFile", "alpNotLow"}


SPEAKS_AS_LABORATORIES_DO = "synthetic.py"  # a population that is made, to try a replay on


def literals() -> set[str]:
    """Every string that stands in the code."""
    return {
        node.value
        for folder in ("service", "cards")
        for path in modules(folder)
        if path.name != SPEAKS_AS_LABORATORIES_DO
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_a_group_a_feature_and_a_verdict_stand_in_content_alone(engine: Engine) -> None:
    """Where a rule is about a group, concepts.toml gives it a role."""
    known = engine.knowledge
    groups = {code.group for code in known.codes if "_" in code.group}
    ids = groups | known.features.keys() | known.verdicts.keys() | {row.id for row in known.table}

    assert ids & literals() == CORE_TESTS | BY_RULE | FLOORS | FAMILY | VERDICTS


def test_no_code_of_a_value_set_stands_in_the_code(engine: Engine) -> None:
    """A site switches one off, or adds one, without Python."""
    codes = {row.code for row in engine.knowledge.codes if row.code and row.system != "name"}

    assert not codes & literals()


def test_every_finding_is_computed_and_named_by_the_table(engine: Engine) -> None:
    """A finding is a rule of the core: the table says what it means and where it is asked for."""
    known = engine.knowledge

    assert known.findings.keys() <= literals()
    assert known.findings.keys() == {code for row in known.table for code in row.when}
