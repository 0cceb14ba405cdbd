"""Who has signed the content: a signature holds while its file holds what was read."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pytest

from service.app import build_engine, load_content
from service.content.faults import Faulty
from service.content.knowledge import CONTENT_FILES
from service.content.reviews import Review, _in_use, load_review
from service.content.text_files import TEXT_FILES
from service.evaluation.about import source_attributes
from service.evaluation.services import discovery
from service.settings import Settings
from service.watch.health import review_warnings

TODAY = date(2026, 11, 28)
NOBODY = "No clinician has signed this content."
ENTRY = '[[signed]]\nfile = "{file}"\nreviewer = "{by}"\ndate = {day}\nsha256 = "{sha256}"\n'


def entry(file: str, sha256: str, by: str = "Dr A", day: str = "2026-03-01") -> str:
    return ENTRY.format(file=file, by=by, day=day, sha256=sha256)


def hash_of(file: str) -> str:
    return next(hashlib.sha256(raw).hexdigest() for name, raw in _in_use(None) if name == file)


def review_of(folder: Path, *entries: str) -> Review:
    (folder / "reviews.toml").write_text("".join(entries), "utf-8")
    faults: list[tuple[str, str, str]] = []
    review = load_review(folder, lambda *fault: faults.append(fault))
    assert faults == []
    return review


def sentence_of(folder: Path) -> str:
    return load_content(Settings(content_dir=folder))[1].review


def test_what_is_shipped_is_signed_by_nobody() -> None:
    review = load_review(None, print)

    assert set(review.unsigned) == set(review.files)
    assert {file.name for file in review.files} == {*CONTENT_FILES, *TEXT_FILES}
    assert load_content(Settings())[1].review == NOBODY


def test_a_signature_holds_for_the_bytes_that_were_read(tmp_path: Path) -> None:
    review = review_of(tmp_path, entry("thresholds.toml", hash_of("thresholds.toml")))

    assert [str(signature) for signature in review.signatures] == ["Dr A, 2026-03-01"]
    assert sentence_of(tmp_path) == (
        f"Content signed in part by Dr A (2026-03-01); {len(review.unsigned)} of "
        f"{len(review.files)} files are unsigned."
    )


def test_a_changed_file_is_unsigned_and_check_says_since_when(tmp_path: Path) -> None:
    review = review_of(tmp_path, entry("thresholds.toml", "0" * 64))
    warnings = review_warnings(review, NOBODY, TODAY)

    assert review.signatures == ()
    assert sentence_of(tmp_path) == NOBODY
    said = [line for line in warnings if line.startswith("thresholds.toml")]
    assert len(said) == 1
    assert "changed since Dr A, 2026-03-01 signed it" in said[0]
    assert hash_of("thresholds.toml") in said[0]


def test_a_site_file_is_signed_as_the_site_wrote_it(tmp_path: Path) -> None:
    """A text replaces ours whole: ours is not in use, and a signature under it says nothing."""
    name = "texts/lowAlpOnce.md"
    shipped = dict(_in_use(None))[name]
    theirs = shipped + b"\nOurs.\n"
    (tmp_path / "texts").mkdir()
    (tmp_path / name).write_bytes(theirs)

    assert review_of(tmp_path, entry(name, hash_of(name))).signatures == ()
    signed = review_of(tmp_path, entry(name, hashlib.sha256(theirs).hexdigest()))
    assert [file.name for file in signed.files if file.signed] == [name]


def test_where_a_site_lays_over_a_file_both_are_in_use(tmp_path: Path) -> None:
    name = "thresholds.toml"
    (tmp_path / name).write_text(
        '[adult_very_low]\nvalue = 24\nunit = "U/L"\nsource = "ours"\n', "utf-8"
    )
    review = review_of(tmp_path, entry(name, hash_of(name)))
    states = [bool(file.signed) for file in review.files if file.name == name]

    assert states == [True, False]


def test_all_signed_names_the_reviewers_and_the_last_day(tmp_path: Path) -> None:
    names = [name for name, _ in _in_use(None)]
    entries = [entry(name, hash_of(name)) for name in names]
    entries[0] = entry(names[0], hash_of(names[0]), by="Dr B", day="2026-05-02")
    review_of(tmp_path, *entries)

    assert sentence_of(tmp_path) == "Content signed by Dr B, Dr A (2026-05-02)."


def test_every_place_says_the_same(tmp_path: Path) -> None:
    review_of(tmp_path, entry("thresholds.toml", hash_of("thresholds.toml")))
    engine = build_engine(Settings(content_dir=tmp_path))
    sentence = engine.cards.words.review
    usage = discovery(engine.knowledge, engine.cards.words)["services"][0]["usageRequirements"]

    assert sentence in usage
    assert source_attributes(engine)["review"] == sentence


def test_an_old_signature_is_a_warning(tmp_path: Path) -> None:
    old = entry("thresholds.toml", hash_of("thresholds.toml"), day="2024-01-01")
    warnings = review_warnings(review_of(tmp_path, old), NOBODY, TODAY)

    assert any("signed more than a year ago (Dr A, 2024-01-01)" in line for line in warnings)


def test_a_signature_of_a_day_to_come_is_a_warning(tmp_path: Path) -> None:
    early = entry("thresholds.toml", hash_of("thresholds.toml"), day="2062-01-01")
    warnings = review_warnings(review_of(tmp_path, early), NOBODY, TODAY)

    assert any("signed on a day that is still to come (Dr A, 2062" in line for line in warnings)


def test_the_old_key_is_accepted_and_said_to_be_unread(tmp_path: Path) -> None:
    name = "texts/override_reasons.toml"
    (tmp_path / "texts").mkdir()
    shipped = dict(_in_use(None))[name]
    (tmp_path / name).write_bytes(b'review = "Dr A"\nreview_date = 2026-03-01\n' + shipped)

    assert sentence_of(tmp_path) == NOBODY
    warnings = review_warnings(review_of(tmp_path), NOBODY, TODAY)
    assert f"{name}: `review` is not read; sign the file in reviews.toml" in warnings


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("[[signed", "is not TOML"),
        (entry("tresholds.toml", "0" * 64), "did you mean thresholds.toml?"),
        (entry("thresholds.toml", "abc"), "sha256 must be 64 hexadecimal digits"),
        ('[[signed]]\nfile = "thresholds.toml"\n', "signed[0].reviewer: is missing"),
        (entry("thresholds.toml", "0" * 64).replace("2026-03-01", '"May"'), "must be a day"),
    ],
)
def test_a_fault_names_its_place(written: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "reviews.toml").write_text(written, "utf-8")
    with pytest.raises(Faulty) as found:
        load_content(Settings(content_dir=tmp_path))

    assert said in str(found.value)
