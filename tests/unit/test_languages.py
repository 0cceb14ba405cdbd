"""The words of another language: whole, with the blanks of the English ones, laid over alike."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cards.words import Words
from service.app import build_engine, create_app, load_content
from service.content.faults import Fault, Faulty
from service.content.languages import FILES, files_of, languages
from service.evaluation.engine import Engine
from service.settings import Client, Settings

SHIPPED = Path(__file__).parents[2] / "cards" / "texts" / "de"


def settings(folder: Path | None, language: str = "de") -> Settings:
    return replace(Settings(), content_dir=folder, clients=(Client(language=language),))


def faults(folder: Path | None, language: str = "de") -> list[Fault]:
    with pytest.raises(Faulty) as found:
        load_content(settings(folder, language))
    return list(found.value.faults)


def words(folder: Path | None, language: str = "de") -> Words:
    return load_content(settings(folder, language))[1].others[language]


def copied(folder: Path, language: str) -> Path:
    """A site's folder with a whole language of its own, and where its files are."""
    texts = folder / "texts" / language
    shutil.copytree(SHIPPED, texts)
    return texts


def replaced(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def test_german_is_shipped_and_whole() -> None:
    assert languages(None) == ("en", "de")
    assert sorted(path.name for path in SHIPPED.iterdir()) == sorted(FILES)
    assert words(None).phrase("verdict", "hppSuspected") == "Verdacht auf Hypophosphatasie"


def test_a_language_nobody_has_words_in_is_a_fault_with_those_there_are() -> None:
    (fault,) = faults(None, "fr")

    assert (fault.key, "languages: en, de" in fault.message) == ("clients[1].language", True)


def test_a_tenant_has_a_language_of_its_own() -> None:
    tenant = Client(language="xx")
    with pytest.raises(Faulty) as found:
        load_content(replace(Settings(), clients=(Client(by_tenant=(tenant,)),)))

    assert [f.key for f in found.value.faults] == ["clients[1].tenants[1].language"]


def test_where_nobody_speaks_german_no_german_is_read(engine: Engine) -> None:
    assert engine.languages == ()
    assert engine.speaking("de") is engine


def test_another_language_is_one_folder(tmp_path: Path) -> None:
    texts = copied(tmp_path, "de-CH")
    replaced(texts / "names.toml", '"Alendronat"', '"Alendronat (CH)"')
    engine = build_engine(settings(tmp_path, "de-CH"))

    assert engine.speaking("de-CH").cards.knowledge.drugs["bp_alendronate"].name == (
        "Alendronat (CH)"
    )


def test_a_language_without_a_file_names_it(tmp_path: Path) -> None:
    texts = copied(tmp_path, "fr")
    (texts / "hppSuspected.md").unlink()
    (texts / "names.toml").unlink()

    found = {fault.file for fault in faults(tmp_path, "fr")}

    assert {"texts/fr/hppSuspected.md", "texts/fr/names.toml"} <= found


MISTAKES: dict[str, tuple[str, Callable[[Path], None], str, str]] = {
    "a phrase is missing": (
        "phrases.toml",
        lambda file: replaced(file, 'very_low = "sehr niedrig"\n', ""),
        "sentence.very_low",
        "is missing; in English it is 'very low'",
    ),
    "a name is missing": (
        "names.toml",
        lambda file: replaced(file, 'sec_zinc = "Zinkmangel"\n', ""),
        "cause.sec_zinc",
        "is missing; in English it is 'zinc deficiency'",
    ),
    "a summary is missing": (
        "lowAlpOnce.md",
        lambda file: replaced(file, "several = ", "#"),
        "summary_for.several",
        "is missing",
    ),
    "a blank is lost": (
        "lowAlpOnce.md",
        lambda file: replaced(file, "${last} U/L am ${last_date}). Vor", "${last} U/L). Vor"),
        "summary",
        "is without the blank ${last_date} of the English text",
    ),
    "a blank is new": (
        "phrases.toml",
        lambda file: replaced(file, "Verordnet: ${drugs}", "Verordnet: ${drugs} ${dose}"),
        "sentence.ordered",
        "${dose} is not a blank of the English text",
    ),
    "a blank of the body is lost": (
        "hppProbable.md", lambda file: replaced(file, "${why}", ""), "body",
        "is without the blank ${why} of the English text",
    ),
    "a text is empty": (
        "override_reasons.toml",
        lambda file: replaced(file, '"Anderer Grund (Freitext)"', '" "'),
        "reasons.other",
        "must be text, not empty",
    ),
    "a key is nobody's": (
        "suggestions.toml",
        lambda file: replaced(file, "[order-alp]", "[order-alpp]"),
        "order-alpp.label",
        "did you mean order-alp.label?",
    ),
    "a summary is too long": (
        "alpNotOnFile.md",
        lambda file: replaced(file, "Keine aktuelle AP", "Keine aktuelle AP " + "nah " * 20),
        "summary",
        "139 is the most",
    ),
    "what is offered": (
        "hppProbable.md",
        lambda file: replaced(file, "+++\n", '+++\nsuggestions = ["plp"]\n'),
        "suggestions",
        "is not a key here",
    ),
}  # fmt: skip


@pytest.mark.hazard("O10")
@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_by_file_and_key(mistake: str, tmp_path: Path) -> None:
    name, damage, key, message = MISTAKES[mistake]
    damage(copied(tmp_path, "fr") / name)

    found = [f for f in faults(tmp_path, "fr") if f.file == f"texts/fr/{name}"]

    assert any(f.key == key and message in f.message for f in found), [str(f) for f in found]


def test_a_site_says_only_what_differs(tmp_path: Path) -> None:
    folder = tmp_path / "texts" / "de"
    folder.mkdir(parents=True)
    (folder / "phrases.toml").write_text('[sentence]\nvery_low = "extrem niedrig"\n', "utf-8")
    (folder / "names.toml").write_text('[drug]\nbp_alendronate = "Alendronsäure"\n', "utf-8")
    found = words(tmp_path)

    assert found.sentence("very_low") == "extrem niedrig"
    assert found.sentence("undated") == "ohne Datum"
    assert found.names["drug"]["bp_alendronate"] == "Alendronsäure"
    assert found.names["drug"]["ar_denosumab"] == "Denosumab"


def test_a_file_nobody_would_read_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "texts" / "de").mkdir(parents=True)
    (tmp_path / "texts" / "de" / "phrase.toml").write_text("", "utf-8")

    (fault,) = faults(tmp_path)

    assert str(fault).endswith("texts/de/phrase.toml: is not a text; did you mean phrases.toml?")


def test_what_a_site_adds_needs_a_german_name_too(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    own = '[reasons]\nown = "A reason of ours"\n'
    (tmp_path / "texts" / "override_reasons.toml").write_text(own, "utf-8")

    (fault,) = faults(tmp_path)

    assert (fault.file, fault.key) == ("texts/de/override_reasons.toml", "reasons.own")


def test_discovery_speaks_the_language_that_all_callers_share(tmp_path: Path) -> None:
    def title(*clients: Client) -> str:
        application = create_app(
            replace(Settings(), clients=clients, data_dir=tmp_path, mode="development")
        )
        listed = application.test_client().get("/cds-services").get_json()["services"]
        return str(listed[-1]["title"])

    german = Client("a", issuer="https://a.example", jwks="https://a.example/k", language="de")
    english = Client("b", issuer="https://b.example", jwks="https://b.example/k")

    assert title(german) == "Verdacht auf Hypophosphatasie"
    assert title(german, english) == "Hypophosphatasia suspected"


def test_the_version_of_the_content_covers_each_language_in_use(tmp_path: Path) -> None:
    german, english = load_content(settings(None))[0], load_content(Settings())[0]

    assert german.version != english.version


def test_a_signature_covers_the_language_that_is_read() -> None:
    assert "nicht ärztlich unterzeichnet" in words(None).review
    assert len(set(files_of("de"))) == len(FILES)
