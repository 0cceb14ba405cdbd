"""Files as people save them: encodings, separators, slips; one sentence for each, no traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.content.check_digits import gtin, luhn, pzn, verhoeff
from service.content.code_forms import problems
from service.content.csv_files import read_rows
from service.content.faults import hint
from service.content.files import Unreadable, files_in, is_litter, read_text
from service.content.toml_files import BadToml, parse_toml

COLUMNS = ("group", "code")


def rows(text: str) -> tuple[list[dict[str, str]], list[str]]:
    said: list[str] = []
    found = read_rows(text, COLUMNS, lambda line, what: said.append(f"{line}: {what}"), ("note",))
    return found, said


@pytest.mark.parametrize(
    "text",
    [
        "group,code,note\na,1,x\n",
        "group;code;note\na;1;x\n",
        "group\tcode\tnote\na\t1\tx\n",
        "code,note,group\n1,x,a\n",
        '"Group","Code","Note"\n"a","1","x"\n',
        "group,code,note\n\n,,\n# a comment, with a comma\na,1,x\n",
    ],
)
def test_a_table_is_read_as_a_spreadsheet_writes_it(text: str) -> None:
    (row,), said = rows(text)

    assert (row["group"], row["code"], row["note"], said) == ("a", "1", "x", [])


def test_a_column_that_may_be_missing_is_empty() -> None:
    assert rows("group,code\na,1\n")[0] == [
        {"group": "a", "code": "1", "note": "", "line": "line 2"}
    ]


@pytest.mark.hazard("O6")
@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("grup,code\na,1\n", "first line: must be: group,code; 'grup' is not a column; "
         "did you mean group?"),
        ("group\na\n", "first line: must be: group,code; code missing"),
        ("", "first line: must be: group,code"),
        ("group,code,code\na,1,2\n", "first line: must be: group,code; 'code' is there twice"),
        ("group,code\na,1,2\n", "line 2: must have 2 fields and has 3; a comma inside a text needs "
         "quotes around the text"),
        ("group,code\na\n", "line 2: must have 2 fields and has 1"),
        ('group,code\na,1\nb,"2\nc,3\n', 'line 3: a quote (") that is opened here is not closed'),
        ('group,code\na,"1\nb,2"\n', 'line 2: a quote (") that is opened here is not closed, or a '
         "cell holds a line break"),
    ],
)  # fmt: skip
def test_a_table_that_is_none_is_one_sentence_with_its_line(text: str, fault: str) -> None:
    assert rows(text)[1] == [fault]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_end_of_line_and_a_byte_order_mark_are_read(tmp_path: Path, end: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(f"\ufeffa{end}b{end}".encode())

    assert read_text(path) == "a\nb\n"


@pytest.mark.hazard("O6")
@pytest.mark.parametrize(
    ("raw", "key", "what"),
    [
        ("a\nb".encode("utf-16"), "line 1", "UTF-16"),
        ("a\nb".encode("utf-16-le"), "line 1", "UTF-16"),
        ("a\nSäure\n".encode("cp1252"), "line 2", "Windows-1252"),
        (b"a\r\nb\r\n\xff", "line 3", "UTF-8"),
    ],
)
def test_another_encoding_is_named_with_its_line(
    tmp_path: Path, raw: bytes, key: str, what: str
) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(raw)
    with pytest.raises(Unreadable) as caught:
        read_text(path)

    assert (caught.value.key, what in caught.value.message) == (key, True)
    assert "save it as UTF-8" in caught.value.message


@pytest.mark.hazard("O6")
@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("a = 1\na = 2", "a is written twice"),
        ("[t]\n[t]", "t is written twice"),
        ("a = 0,58", "a: write a point for the decimal comma: 0.58"),
        (
            'a = "C:\\hpp\\data"',
            'a: a backslash in double quotes is an escape; write "C:/hpp/data"',
        ),
        ("a: 1", "a: write = between a key and its value, not a colon"),
        ("a = True", "a: write true"),
        ("a = no", "a: write false"),
        ("a = production", 'a: put the text in quotes: a = "production"'),
        ("a = “b”", 'a has curly quotes; write straight ones (")'),
        ('a = "b', "a: a quote is opened and not closed"),
        ("= =", "is not TOML: invalid statement"),
    ],
)
def test_what_is_no_toml_says_what_was_meant(line: str, message: str) -> None:
    with pytest.raises(BadToml) as caught:
        parse_toml(f"# first\n{line}\n")

    assert caught.value.message == message
    assert caught.value.key == f"line {2 + line.count(chr(10))}"


def test_what_others_leave_in_a_folder_is_nobodys_content(tmp_path: Path) -> None:
    for name in (".git/config", "~$x.csv", "x.csv.bak", "Thumbs.db", "README.md", "a/x.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()

    assert [name for name in files_in(tmp_path) if not is_litter(name)] == ["a/x.csv"]


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("europe/berlin", ["Europe/Berlin"], "Europe/Berlin"),
        ("tests.csv", ["systems.csv", "valuesets/tests.csv"], "valuesets/tests.csv"),
        ("bp_alendronat", ["bp_alendronate", "bp_class"], "bp_alendronate"),
        ("http://loinc.org/", ["http://loinc.org", "x/loinc.org"], "http://loinc.org"),
    ],
)
def test_the_likely_word_is_found(word: str, known: list[str], meant: str) -> None:
    assert hint(word, known) == f"; did you mean {meant}?"
    assert hint("unlike", known) == ""


def test_check_digits_are_those_of_codes_in_use() -> None:
    assert (luhn("6768"), luhn("77141"), luhn("62236")) == ("6", "0", "5")
    assert (verhoeff("99761100000010"), verhoeff("7738600"), verhoeff("27123400")) == (
        "1",
        "6",
        "8",
    )
    assert (gtin("400638133393"), pzn("2758089")) == ("1", "9")


@pytest.mark.hazard("H8", "H17")
@pytest.mark.parametrize(
    ("system", "code", "message"),
    [
        ("loinc", " 6768-6", "has a blank before or behind it"),
        ("loinc", "6768-6\u200b", "holds a character that nobody sees (U+200B)"),
        ("loinc", "6768\u00a0-6", "holds a character that nobody sees (U+00A0)"),
        ("loinc", "6768-7", "the check digit of 6768 is 6"),
        ("loinc", "67686", "is not a LOINC code"),
        ("loinc", "Jan 83", "is a date: a spreadsheet made it of a LOINC code"),
        ("loinc", "1. Mrz 68", "is a date"),
        ("loinc", "2068-06-01", "is a date"),
        ("snomed", "1.00062E+15", "is a number as a spreadsheet shows it"),
        ("snomed", "1000621000000100", "a spreadsheet keeps 15 digits"),
        ("snomed", "77386007", "its check digit is wrong"),
        ("rxnorm", "10122.0", "is a number as a spreadsheet shows it"),
        ("rxnorm", "#N/A", "is an error of a spreadsheet"),
        ("pzn", "1234567", "lost a leading zero (01234567)"),
        ("ndc", "600300728", "lost a leading zero (00600300728)"),
        ("atc", "M05BA0", "is not an ATC code"),
        ("icd10gm", "83.3", "is not an ICD-10 code"),
        ("ours", "'6768-6", "begins with a sign of a spreadsheet"),
    ],
)  # fmt: skip
def test_a_damaged_code_is_named(system: str, code: str, message: str) -> None:
    assert message in next(problems(system, "", code)).message


@pytest.mark.parametrize(
    ("system", "code"),
    [
        ("loinc", "6768-6"), ("loinc", "LP15346-7"), ("snomed", "1000621000000104"),
        ("rxnorm", "10122"), ("ndc", "00006-0031"), ("ndc", "00006003144"), ("atc", "M05BA04"),
        ("icd10cm", "M84.375A"), ("icd10", "E83.3"), ("icd10gm", "E83.38+"), ("ours", "DEC12"),
        ("ours", "00123450010"), ("name", "Alendronat 70 mg"),
    ],
)  # fmt: skip
def test_a_good_code_has_no_fault(system: str, code: str) -> None:
    assert list(problems(system, "", code)) == []
