"""The manifest of a delivery: what the practice says that it sends."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from pathlib import PurePosixPath
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from p4dp.errors import DefectiveDelivery

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")


class ManifestFile(BaseModel):
    """One file: where it is below the delivery's folder, and what it must hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    path: str
    part: Literal["identity", "medical", "mixed"]
    rows: int = Field(ge=0, lt=1 << 31)
    sha256: str

    @field_validator("path")
    @classmethod
    def _inside(cls, path: str) -> str:
        pure = PurePosixPath(path)
        if pure.is_absolute() or ".." in pure.parts or "\\" in path or len(pure.parts) < 2:
            raise ValueError("path leaves the delivery's folder")
        if max(len(part.encode()) for part in pure.parts) > 255:
            raise ValueError("a name of more than 255 bytes, which no file system holds")
        return path


class Manifest(BaseModel):
    """The whole manifest, checked for form."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    delivery_id: str
    practice_id: str
    software: str
    sequence: int = Field(ge=0, lt=1 << 63)
    extracted_at: dt.datetime
    kind: Literal["full", "incremental"]
    period_from: dt.date | None = None
    period_to: dt.date | None = None
    files: tuple[ManifestFile, ...]

    @field_validator("delivery_id", "practice_id", "software")
    @classmethod
    def _plain(cls, value: str) -> str:
        if not _ID.fullmatch(value):
            raise ValueError("letters, digits and hyphens only")
        return value


def parse(content: bytes, software: str, practice_id: str, delivery_id: str) -> tuple[Manifest, str]:
    """A manifest and its checksum.

    Raises:
        DefectiveDelivery: not JSON, a field missing or of the wrong form, a path that leaves the folder, or names that
            differ from the folders that the delivery lies in.
    """
    where = f"{software}/{practice_id}/{delivery_id}/manifest.json"
    try:
        manifest = Manifest.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"])) or "file"
        code = "delivery.path" if "leaves" in first["msg"] else "delivery.manifest"
        raise DefectiveDelivery(code, where, f"{field}: {first['msg']}") from None
    for name, told, lies_in in (
        ("software", manifest.software, software),
        ("practice_id", manifest.practice_id, practice_id),
        ("delivery_id", manifest.delivery_id, delivery_id),
    ):
        if told != lies_in:
            raise DefectiveDelivery("delivery.manifest", where, f"{name} is not the folder's")
    if len({f.path for f in manifest.files}) != len(manifest.files):
        raise DefectiveDelivery("delivery.manifest", where, "files: a path is listed twice")
    return manifest, hashlib.sha256(content).hexdigest()
