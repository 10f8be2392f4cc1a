"""Pseudonyms: HMAC-SHA-256 under a versioned secret, first 128 bits in hexadecimal.

The secret is read by the worker itself, from a file or the environment, so that it is in no plan, property or log.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from p4dp.errors import UsageError

ENVIRONMENT = "P4DP_VAULT_SECRET"


@dataclass(frozen=True)
class Keys:
    """Makes pseudonyms. `repr` never shows the secret."""

    file: str
    version: int

    def _secret(self) -> bytes:
        return load_secret(self.file)

    def maker(self) -> PseudonymMaker:
        """The worker's own maker: reads the secret once."""
        return PseudonymMaker(self._secret())


class PseudonymMaker:
    """Pseudonyms of one process."""

    __slots__ = ("_base",)

    def __init__(self, secret: bytes) -> None:
        self._base = hmac.new(secret, digestmod=hashlib.sha256)

    def _make(self, *parts: str) -> str:
        mac = self._base.copy()
        mac.update("\0".join(parts).encode())
        return mac.hexdigest()[:32]

    def practice(self, practice_id: str) -> str:
        """practice_key."""
        return self._make("practice", practice_id)

    def patient(self, practice_id: str, local_id: str) -> str:
        """patient_key: of the practice's own patient number, so that it stays when a NIR appears."""
        return self._make("patient", practice_id, local_id)

    def practitioner(self, practice_id: str, local_id: str) -> str:
        """practitioner_key."""
        return self._make("practitioner", practice_id, local_id)

    def released(self, project: str, kind: str, key: str) -> str:
        """What a project calls a person or a practice: made of our own key under the project's secret, so that no two projects can join theirs."""
        return self._make("release", project, kind, key)


def load_secret(file: str, environment: bool = True) -> bytes:
    """The secret, from the environment or the file; a project's own from its file only.

    Raises:
        UsageError: neither is there, or it has fewer than 32 bytes.
    """
    text = (os.environ.get(ENVIRONMENT) if environment else None) or (Path(file).read_text("ascii") if Path(file).exists() else "")
    try:
        secret = bytes.fromhex(text.strip())
    except ValueError:
        secret = b""
    if len(secret) < 32:
        raise UsageError(f"no usable vault secret: 64 hexadecimal digits in {file} or in {ENVIRONMENT}")
    return secret


def create_secret(file: str, environment: bool = True) -> None:
    """Makes a secret for a simulated or new site, readable by its owner only; leaves an existing one alone."""
    path = Path(file)
    if path.exists() or (environment and os.environ.get(ENVIRONMENT)):
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as out:
        out.write(secrets.token_hex(32))
