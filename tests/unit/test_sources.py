"""Bad input gets its answer, and no answer holds a value."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path

import pytest

from p4dp.errors import DefectiveDelivery, UsageError
from p4dp.identity.keys import PseudonymMaker
from p4dp.pipeline import opening
from p4dp.sources import cda, manifest, verify
from p4dp.sources.spec import load

ROOT = Path(__file__).resolve().parents[2]
SOURCES = load(ROOT / "conf" / "sources")
TABULA, NIDUS = SOURCES["tabula"], SOURCES["nidus"]
MOTIFS = TABULA.medical["motifs.csv"]
HEADER = b"NUM;PATIENT;CONSULTATION;CODE_CISP;LIBELLE;ETAT\n"


def _manifest(**changes: object) -> bytes:
    good = {"delivery_id": "d1", "practice_id": "P1", "software": "tabula", "sequence": 1, "extracted_at": "2026-01-05T20:00:00Z", "kind": "full",
            "files": [{"path": "medical/motifs.csv", "part": "medical", "rows": 1, "sha256": "0"}]}  # fmt: skip
    return json.dumps({**good, **changes}).encode()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "delivery.empty_file"),
        (HEADER + b"1;2;3;A01;SECRET\0;\n", "delivery.nul_byte"),
        (HEADER + b'1;2;3;A01;"SECRET;\n', "delivery.quote"),
        (HEADER + b"1;2;SECRET\n", "delivery.malformed"),
        (HEADER + "1;2;3;A01;fièvre SECRET;\n".encode(), "delivery.encoding"),
        (HEADER + b"1;2;3;A01;" + b"SECRET" * 2_000_000 + b";\n", "delivery.field_size"),
        (HEADER.replace(b"NUM;", b"NUMERO;") + b"1;2;3;A01;SECRET;\n", "delivery.columns"),
    ],
)
def test_a_bad_delimited_file_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(DefectiveDelivery) as caught:
        verify.delimited(content, TABULA, MOTIFS, "medical/motifs.csv")
    assert caught.value.code == code
    assert "SECRET" not in str(caught.value)


def test_what_follows_the_header_is_never_noted_as_a_column() -> None:
    """Lines that end as on an old Macintosh."""
    read = verify.delimited((HEADER.replace(b"ETAT", b"OTHER") + b"1;2;3;A01;SECRET;\n").replace(b"\n", b"\r"), TABULA, MOTIFS, "m")
    assert read.rows == 1 and any("OTHER" in n for n in read.notes) and "SECRET" not in str(read.notes)


def test_what_is_tolerated_is_noted() -> None:
    content = b"NUM;PATIENT;CONSULTATION;CODE_CISP;NOUVEAU\n1;2;3;A01;x\n"
    read = verify.delimited(content, TABULA, MOTIFS, "m")
    assert read.rows == 1
    assert sorted(read.notes) == ["m: column missing, left null: ETAT", "m: column missing, left null: LIBELLE",
                                  "m: unknown column, stays in the delivery: NOUVEAU"]  # fmt: skip


def test_quoted_newlines_count_as_one_record() -> None:
    read = verify.delimited(HEADER + '1;2;3;A01;"fièvre\net toux";\n'.encode("iso-8859-1"), TABULA, MOTIFS, "m")
    assert read.rows == 1 and read.table is not None and read.table["LIBELLE"][0].as_py() == "fièvre\net toux"


@pytest.mark.parametrize(
    ("content", "code"), [(b'{"id":1', "delivery.malformed"), (b"[1]", "delivery.malformed"), (b'{"id":1}', "delivery.columns")]
)
def test_a_bad_json_line_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(DefectiveDelivery) as caught:
        verify.json_lines(content, NIDUS, NIDUS.medical["consultations.jsonl"], "c")
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "delivery.manifest"),
        (_manifest(kind="partial"), "delivery.manifest"),
        (_manifest(practice_id="P2"), "delivery.manifest"),
        (_manifest(files=[{"path": "../../vault/secret", "part": "medical", "rows": 1, "sha256": "0"}]), "delivery.path"),
        (_manifest(files=[{"path": "/etc/passwd", "part": "medical", "rows": 1, "sha256": "0"}]), "delivery.path"),
    ],
)
def test_a_bad_manifest_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(DefectiveDelivery) as caught:
        manifest.parse(content, "tabula", "P1", "d1")
    assert caught.value.code == code


def test_a_changed_file_is_refused() -> None:
    with pytest.raises(DefectiveDelivery, match=r"delivery\.checksum"):
        verify.checksum(b"x", "0" * 64, "m")


BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><ClinicalDocument xmlns="urn:hl7-org:v3">&b;</ClinicalDocument>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><ClinicalDocument xmlns="urn:hl7-org:v3">&a;</ClinicalDocument>"""


@pytest.mark.parametrize(("content", "code"), [(BOMB, "delivery.xml_entity"), (OUTSIDE, "delivery.xml_entity"), (b"<a>", "delivery.malformed"),
                                               (b"<a/>", "delivery.malformed")])  # fmt: skip
def test_a_bad_document_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(DefectiveDelivery) as caught:
        cda.parse(content, "x.xml")
    assert caught.value.code == code


@pytest.mark.parametrize(("set_id", "same"), [("", False), ('<setId root="1.3"/>', True)])
def test_documents_of_a_set_are_versions_of_one_and_others_are_not(set_id: str, same: bool) -> None:
    def parsed(number: str) -> object:
        text = f"""<ClinicalDocument xmlns="urn:hl7-org:v3"><id root="1.2" extension="{number}"/><code code="11502-2"/>{set_id}
            <recordTarget><patientRole><id root="1.4" extension="7"/></patientRole></recordTarget></ClinicalDocument>"""
        return cda.parse(text.encode(), "x.xml")[1]["record_id"]

    assert (parsed("A1") == parsed("B2")) == same


def test_a_file_that_nobody_declared_goes_by_its_place(tmp_path: Path) -> None:
    (tmp_path / "medical").mkdir()
    (tmp_path / "medical" / "SECRET.pdf").write_bytes(b"x")
    files = [manifest.ManifestFile(path=f"medical/{n}.pdf", part="medical", rows=0, sha256=hashlib.sha256(b"x").hexdigest()) for n in ("SECRET", "SECRET_2")]  # fmt: skip

    def opened(*listed: manifest.ManifestFile) -> opening.Opened:
        delivery = opening.Delivery(str(tmp_path), "tabula", "P1", "d1", 1, dt.date(2026, 1, 5), tuple(listed))
        return opening.open_delivery(delivery, TABULA, PseudonymMaker(b"0" * 32), 1)

    told = opened(files[0])
    assert (told.notes, told.rows) == (["medical/#1: unknown file, stays in the delivery"], {"medical/#1": 0})
    with pytest.raises(DefectiveDelivery, match=r"medical/#2: listed in the manifest") as refused:
        opened(*files)
    assert "SECRET" not in str(refused.value)
    with pytest.raises(
        DefectiveDelivery, match=r"^delivery\.missing_file: medical/#1"
    ):  # a name that is known, in a folder that is not
        opened(files[0].model_copy(update={"path": "SECRET/motifs.csv"}))


def test_official_documents(request: pytest.FixtureRequest) -> None:
    folder = request.config.getoption("--cda")
    if not folder:
        pytest.skip("no --cda folder given")
    found = {}
    for file in Path(folder).glob("*.xml"):
        identity, dossier, words = cda.parse(file.read_bytes(), file.name)
        assert identity["nir"] == "279035121518989" and words
        assert not [v for v in (identity["nir"], identity["family_name"], identity["birth_date"]) if v in json.dumps(dossier)]
        found[file.name[:3]] = {k: len(v) for k, v in dossier.items() if isinstance(v, list)}
    assert found == {
        "VSM": {"history": 6, "allergy": 1, "lifestyle": 2, "prescription": 2, "document": 1},
        "VAC": {"vaccination": 1, "document": 1},
        "BIO": {"lab_result": 2, "document": 2},
    }


def test_a_source_that_names_what_does_not_exist(tmp_path: Path) -> None:
    (tmp_path / "new.yaml").write_text("software: new\nreader: delimited\nmedical: {a.csv: {record: reason, columns: {X: cod}}}\n")
    with pytest.raises(UsageError, match="no field cod; did you mean code"):
        load(tmp_path)


def test_a_third_software_is_one_file(tmp_path: Path) -> None:
    (tmp_path / "tertio.yaml").write_text(
        "software: tertio\nreader: delimited\ndelimiter: ','\n"
        "identity: {pat.csv: {record: patient, required: [id], columns: {id: patient_id, dob: birth_date}}}\n"
        "medical: {visits.csv: {record: encounter, required: [nr, id], columns: {nr: record_id, id: patient_id, day: encounter_date}, constants: {kind: surgery}}}\n"
    )
    spec = load(tmp_path)["tertio"]
    assert verify.delimited(b"nr,id,day\n1,2,2024-01-01\n", spec, spec.medical["visits.csv"], "v").rows == 1


_ENTRIES = {
    "48765-2": """<act><statusCode code="active"/><entryRelationship><observation><id root="A1"/><code code="416098002"/>
        <entryRelationship><observation><code code="33999-4"/><value code="inactive"/></observation></entryRelationship>
        </observation></entryRelationship></act>""",
    "11369-6": """<substanceAdministration><id root="V1"/><effectiveTime value="20090928"/>
        <entryRelationship typeCode="SUBJ"><observation><code code="30973-2"/><value value="2"/></observation></entryRelationship>
        <entryRelationship typeCode="CAUS"><observation><value code="R50.2"/></observation></entryRelationship></substanceAdministration>""",
    "10160-0": """<substanceAdministration><id root="T1"/><effectiveTime><low value="20190811"/></effectiveTime>
        <entryRelationship typeCode="RSON"><act><code code="I20.0"/></act></entryRelationship></substanceAdministration>""",
}


def test_what_a_document_says_beside_the_code() -> None:
    """The state of an allergy, the rank of a dose and the reaction to it, the reason of a treatment."""
    sections = "".join(
        f'<component><section><code code="{c}"/><entry>{e}</entry></section></component>' for c, e in _ENTRIES.items()
    )
    content = f"""<ClinicalDocument xmlns="urn:hl7-org:v3"><recordTarget><patientRole><id root="1" extension="7"/></patientRole></recordTarget>
        <component><structuredBody>{sections}</structuredBody></component></ClinicalDocument>"""
    _, dossier, _ = cda.parse(content.encode(), "x.xml")
    assert dossier["allergy"][0]["status"] == "resolved"
    assert (dossier["vaccination"][0]["dose_rank"], dossier["vaccination"][0]["reaction_code"]) == ("2", "R50.2")
    assert dossier["prescription"][0]["reason_code"] == "I20.0"


def test_the_software_of_the_how_to_loads(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "how-to" / "add-a-software.md").read_text("utf-8")
    (tmp_path / "tertio.yaml").write_text(text.partition("```yaml\n")[2].partition("```")[0], "utf-8")
    kinds = {f.record for f in (*load(tmp_path)["tertio"].identity.values(), *load(tmp_path)["tertio"].medical.values())}
    assert {"patient", "practitioner", "observation_period", "encounter", "lab_result"} <= kinds
