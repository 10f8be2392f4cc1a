"""Unknown settings are errors that name the nearest one."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from p4dp.config import load
from p4dp.contracts import table
from p4dp.errors import UsageError
from p4dp.linkage.evidence import LEFT_OUT

CONF = Path(__file__).resolve().parents[2] / "conf"


def test_layers_of_settings() -> None:
    config = load(CONF / "test.yaml", "/h", ["quality.tolerance=0.5"], {"P4DP__BATCH__MAX_DELIVERIES": "7"})
    assert (config.quality.tolerance, config.batch.max_deliveries, config.vault.create_secret) == (0.5, 7, True)
    assert config.at(config.roots.vault) == "/h/vault" and config.at("s3a://b/x") == "s3a://b/x"


def test_sections_whose_keys_are_the_users_own_can_gain_some(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("models: {retrain_after: {admission: 365}}\nsnds: {coverage: {other: [2010-01-01, null]}}\n")
    (tmp_path / "base.yaml").write_text((CONF / "base.yaml").read_text())
    config = load(own, None, ["models.retrain_after.influenza_watch=1", "models.retrain_after={uncoded_diabetes: 90}"])
    assert config.models.retrain_after == {"admission": 365, "influenza_watch": 1, "uncoded_diabetes": 90}
    assert config.snds.coverage["other"][0] == dt.date(2010, 1, 1) and "general" in config.snds.coverage


def test_coverage_knows_the_schemes_of_the_contract() -> None:
    assert set(load(CONF / "test.yaml").snds.coverage) == set(table("events.event").column("scheme").codes or ())


@pytest.mark.parametrize(
    ("sets", "environment", "says"),
    [
        (["quality.tolerence=1"], {}, "did you mean quality.tolerance"),
        (["quality=1"], {}, "is a section"),
        (["models.retrain_after=365"], {}, "is a section"),
        (["snds.coverage.generl=[2010-01-01, null]"], {}, "snds.coverage.generl.*general"),
        (["models.retrain_after.admission=soon"], {}, "models.retrain_after.admission"),
        (["tolerance"], {}, "write key=value"),
        (["quality.tolerance=much"], {}, "quality.tolerance"),
        (["linkage.without=[drug]"], {}, "linkage.without.*'visits', 'drugs', 'analyses'"),
        ([], {"P4DP__VAULT__SECRET": "x"}, "did you mean vault.secret_file"),
    ],
)
def test_mistakes_are_named(sets: list[str], environment: dict[str, str], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        load(CONF / "test.yaml", None, sets, environment)


def test_every_kind_of_evidence_can_be_left_out_by_its_name() -> None:
    assert load(CONF / "test.yaml", None, [f"linkage.without=[{', '.join(LEFT_OUT)}]"]).linkage.without == list(LEFT_OUT)
