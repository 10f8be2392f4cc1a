"""Files of the site that say what a code stands for: what is wrong with one is said before it is used."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from p4dp.errors import UsageError
from p4dp.pipeline import referential


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["ancien,new_code", "13004,13005"], "no column old_code"),
        (["old_code;new_code", "13004;13005"], "no column new_code, old_code"),
        (["old_code,new_code", "13004,13005", "01004,01005", "13004,13006"], "1 codes of old_code .* 13004"),
        (["old_code,new_code", "13004,13005,x"], "not readable"),
        (["old_code,new_code", "13004,\xe9"], "not readable"),
        ([""], "not readable"),
    ],
)
def test_a_referential_that_cannot_be_used_is_refused(tmp_path: Path, lines: list[str], told: str) -> None:
    file = tmp_path / "communes.csv"
    file.write_text("\n".join(lines), "latin-1")
    with pytest.raises(UsageError, match=told) as refused:
        referential.read(None, str(file), "old_code", "new_code")  # type: ignore[arg-type]
    assert str(file) in str(refused.value)


def test_a_site_may_have_none(tmp_path: Path) -> None:
    assert referential.read(None, str(tmp_path / "communes.csv"), "old_code", "new_code") is None  # type: ignore[arg-type]


def test_a_commune_is_followed_to_what_it_is_in_the_end(tmp_path: Path, spark: SparkSession) -> None:
    file = tmp_path / "communes.csv"
    file.write_text("old_code,new_code\n01001,01002\n01002,01003\n01004,01004\n01005,\n2A004,2A005\n", "utf-8")
    found = referential.communes(spark, str(file))
    assert found is not None and {(r["old_code"], r["new_code"]) for r in found.collect()} == {
        ("01001", "01003"), ("01002", "01003"), ("01004", "01004"), ("2A004", "2A005")}  # fmt: skip
    file.write_text("old_code,new_code\n01001,01002\n01002,01003\n01003,01002\n", "utf-8")
    with pytest.raises(UsageError, match="commune 01002 becomes itself"):
        referential.communes(spark, str(file))
    file.write_text("old_code,new_code\n", "utf-8")
    found = referential.communes(spark, str(file))
    assert found is not None and not found.count()
    assert referential.communes(spark, str(tmp_path / "none.csv")) is None
