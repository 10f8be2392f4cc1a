"""One run at a time: a lease with a heartbeat and a fencing token, kept in a file of the home's warehouse.

A killed run stops its heartbeat and the lease goes stale; who takes it over gets a higher token. A run that lost its lease
finds another token before its next commit and stops, so that a zombie cannot write.
"""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from pathlib import Path
from types import TracebackType

from p4dp.errors import LockHeld


class Lease:
    """Held as a context manager.

    Raises:
        LockHeld: another live run holds it (on entering), or took it over (from `check`).
    """

    def __init__(self, folder: Path, stale_after: float) -> None:
        self._folder, self._stale_after = folder, stale_after
        self._file = folder / "lease.json"
        self.token = 0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def _state(self) -> dict[str, object]:
        try:
            return dict(json.loads(self._file.read_text("utf-8")))
        except (FileNotFoundError, json.JSONDecodeError):
            return {}

    def _beat(self) -> None:
        waiting = self._file.with_suffix(f".{os.getpid()}")
        state = {"token": self.token, "host": socket.gethostname(), "pid": os.getpid(), "at": time.time()}
        waiting.write_text(json.dumps(state), "utf-8")
        waiting.replace(self._file)

    def __enter__(self) -> Lease:
        self._folder.mkdir(parents=True, exist_ok=True)
        state = self._state()
        if state and time.time() - float(str(state["at"])) < self._stale_after and not _dead(state):
            raise LockHeld(f"run {state['pid']} on {state['host']} holds {self._file}; wait, or end it")
        self.token = int(str(state.get("token", 0))) + 1
        claim = self._folder / f"lease.claim-{self.token}"
        try:  # of two runs that see the same stale lease, one creates the claim
            os.close(os.open(claim, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        except FileExistsError:
            if time.time() - claim.stat().st_mtime < self._stale_after:
                raise LockHeld(f"another run is taking {self._file} over; try again") from None
            os.utime(claim)
        self._beat()
        self._thread = threading.Thread(target=self._heart, daemon=True)
        self._thread.start()
        return self

    def _heart(self) -> None:
        while not self._stop.wait(self._stale_after / 4):
            try:
                if self._state().get("token") != self.token:
                    return
                self._beat()
            except OSError:  # a hiccup of the file system: the next beat may be heard
                continue

    def check(self) -> None:
        """Called before every commit."""
        if self._state().get("token") != self.token:
            raise LockHeld(f"the lease {self._file} was taken over by another run; this one stops without writing")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop.set()
        if self._thread:
            self._thread.join()
        if self._state().get("token") == self.token:
            released = {"token": self.token, "host": socket.gethostname(), "pid": 0, "at": 0}
            self._file.write_text(json.dumps(released), "utf-8")
        (self._folder / f"lease.claim-{self.token}").unlink(missing_ok=True)


def _dead(state: dict[str, object]) -> bool:
    """Whether the holder ran on this host and is gone."""
    if state.get("host") != socket.gethostname():
        return False
    try:
        os.kill(int(str(state["pid"])) or -1, 0) if state["pid"] else None
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return not state["pid"]
