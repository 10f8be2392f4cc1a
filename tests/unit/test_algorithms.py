"""Wrong input to an algorithm, a code list or a folder of one's own gets an error that says what and where."""

from __future__ import annotations

from pathlib import Path

import pytest

from p4dp.algorithms import code_list
from p4dp.algorithms.core import from_folder, library
from p4dp.errors import UsageError

HEAD = "version: 1\nstatus: PROPOSAL\nsource: [x]\n"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"dispensing": 2}, "no parameter dispensing; it has dispensings"),
        ({"dispensings": "many"}, "dispensings=many: a whole number is needed"),
        ({"dispensings": 99}, "between 1 and 12"),
        ({"without_sglt2_alone": "perhaps"}, "true or false is needed"),
    ],
)
def test_a_wrong_parameter(given: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        library()["diabetes"].settings(given)


def test_a_choice_that_does_not_exist() -> None:
    with pytest.raises(UsageError, match="equation=mdrd: one of ckd-epi-2009"):
        library()["chronic_kidney_disease"].settings({"equation": "mdrd"})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD + "codes: {CIM10: [E11]}", "no code system CIM10; did you mean CIM-10"),
        (HEAD + "codes: {ATC: A10}", "the codes of ATC are a list"),
        (HEAD + "codes: {ATC: []}", "at least one code"),
        (HEAD.replace("PROPOSAL", "SURE") + "codes: {ATC: [A10]}", "status is SOURCED"),
        ("version: 1\nstatus: PROPOSAL\ncodes: {ATC: [A10]}", "needs version, status, source and codes"),
    ],
)
def test_a_wrong_code_list(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "own.yaml").write_text(text, "utf-8")
    with pytest.raises(UsageError, match=message):
        code_list.load(tmp_path)


def test_a_code_list_does_not_replace_another(tmp_path: Path) -> None:
    (tmp_path / "diabetes.yaml").write_text(HEAD + "codes: {ATC: [A10]}", "utf-8")
    with pytest.raises(UsageError, match="diabetes is the name of a code list that exists"):
        code_list.load(tmp_path)


@pytest.mark.parametrize(("text", "message"), [("x = 1", "declares no ALGORITHM"), ("import nothing_there", "ModuleNotFoundError")])
def test_a_wrong_file_of_an_own_folder(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "own.py").write_text(text, "utf-8")
    with pytest.raises(UsageError, match=message):
        from_folder(tmp_path)
