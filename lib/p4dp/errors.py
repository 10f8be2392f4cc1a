"""Errors that a user can act on, each with a stable exit code.

No message holds a patient's value: errors cross logs, schedulers and mailboxes.
"""


class P4dpError(Exception):
    """Base of every error that is shown as one line, without a traceback."""

    exit_code = 70


class UsageError(P4dpError):
    """A wrong option or configuration: what, where, and what to do."""

    exit_code = 2


class NotEnoughToLink(UsageError):
    """The evidence at hand does not carry a linkage: too few pairs, or no threshold that is precise enough. A night goes on without."""


class DeliveriesRefused(P4dpError):
    """With --strict: at least one delivery was refused."""

    exit_code = 3


class GateFailed(P4dpError):
    """The quality gate refused to publish; published versions are untouched."""

    exit_code = 4


class LockHeld(P4dpError):
    """Another run holds the lease, or took it over from this one."""

    exit_code = 5


class StorageError(P4dpError):
    """A table could not be written; the engine's own message is rewritten because it prints rows."""


class DefectiveDelivery(P4dpError):
    """A delivery that is refused whole. `code` is the delivery rule, the message holds no value."""

    def __init__(self, code: str, where: str, message: str) -> None:
        super().__init__(f"{code}: {where}: {message}")
        self.code, self.where, self.reason = code, where, message


class NotReplayed(P4dpError):
    """A run that was done again gave other rows."""

    exit_code = 4


class NotReleased(P4dpError):
    """A release rule is broken: nothing was written."""

    exit_code = 4
