"""What can go wrong with evidence. One root for the room."""

from typing import ClassVar


class EvidenceError(Exception):
    """Root of the room's errors."""


class LeafError(EvidenceError):
    """Bytes are not a leaf of a decision."""


class TreeRangeError(EvidenceError):
    """An index or size outside the tree was asked for.

    Attributes:
        size: The tree's size.
    """

    def __init__(self, size: int) -> None:
        super().__init__(f"outside the tree of size {size}")
        self.size = size


class LogUnavailableError(EvidenceError):
    """Nothing can be appended now; the caller may try again. The append may or may not have happened.

    Attributes:
        retryable: Always True.
    """

    retryable = True


class KeyFileError(EvidenceError):
    """A key file cannot be used.

    Attributes:
        name: The file's name, never its content.
    """

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"key file {name}: {problem}")
        self.name = name


class KeyDestructionError(EvidenceError):
    """A pseudonym key cannot be destroyed.

    Attributes:
        key_id: Which.
        reason: ``"unknown"`` or ``"in_use"``.
    """

    def __init__(self, key_id: str, reason: str) -> None:
        words = {"unknown": "there is none; see 'baidiao evidence keys list'", "in_use": "it is in use; rotate first"}
        super().__init__(f"key {key_id}: {words[reason]}")
        self.key_id = key_id
        self.reason = reason


class SlipIssuerError(EvidenceError):
    """Claims of another issuer were about to be signed.

    Attributes:
        issuer: The issuer named in the claims.
    """

    def __init__(self, issuer: str) -> None:
        super().__init__(f"claims are issued by {issuer!r}, not by this centre")
        self.issuer = issuer


class RevocationError(EvidenceError):
    """A slip cannot be taken back as asked.

    Attributes:
        field: ``"reference"`` or ``"reason"``.
    """

    def __init__(self, field: str) -> None:
        form = "a reference looks like 7K3M-Q9XA-2T" if field == "reference" else "a reason has 1 to 400 characters"
        super().__init__(form)
        self.field = field


class PictureError(EvidenceError):
    """A picture cannot be read: no picture, of a kind not taken, or too large."""


class PaperNotWantedError(EvidenceError):
    """An extract was to be made for a service whose law wants no paper.

    Attributes:
        service: The service.
    """

    def __init__(self, service: str) -> None:
        super().__init__(f"no law wants paper for {service}")
        self.service = service


class WitnessListError(EvidenceError):
    """The list of witnesses cannot be used."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"the list of witnesses: {problem}")


class WitnessError(EvidenceError):
    """A witness did not cosign.

    Attributes:
        reason: Of ``REASONS``; ``"log_is_behind"``: it has seen more leaves.
        known_size: The size it says it stands at; None when it did not say.
        retryable: False when the witness contradicts the log itself.
    """

    REASONS: ClassVar = ("unreachable", "refused", "bad_answer", "log_is_behind")

    def __init__(self, reason: str, known_size: int | None = None) -> None:
        super().__init__(f"no cosignature: {reason}")
        self.reason = reason
        self.known_size = known_size
        self.retryable = reason != "refused"


class TimestampError(EvidenceError):
    """A timestamping authority gave none that counts.

    Attributes:
        reason: Of ``REASONS``, or ``"certificate"``: the file of its certificates cannot be used.
    """

    REASONS: ClassVar = ("unreachable", "bad_answer", "wrong_nonce", "wrong_time")
    _WORDS: ClassVar[dict[str, str]] = {
        "unreachable": "the authority does not answer",
        "bad_answer": "no timestamp of this authority over this checkpoint",
        "wrong_nonce": "the answer to another request",
        "wrong_time": "the authority's clock and the centre's are too far apart",
        "certificate": "the file of the authority's certificates (PEM) is missing or cannot be read",
    }

    def __init__(self, reason: str) -> None:
        super().__init__(f"timestamp: {self._WORDS[reason]}")
        self.reason = reason


class VerificationError(EvidenceError):
    """A log is not what was signed, or cannot be true.

    Attributes:
        kind: ``"root"``, ``"content"``, ``"leaf"``, ``"gap"``, ``"too_short"``, ``"time"``, ``"twice"``, ``"missing"``,
            ``"witnesses"``, ``"timestamp"``, ``"untimed"``, ``"ahead"``, ``"slip"``, ``"question"`` or ``"answer"``.
        index: The leaf, or the tree size, where it showed.
    """

    _WORDS: ClassVar[dict[str, str]] = {
        "root": "the first {index} leaves do not give the root that was signed",
        "content": "leaf {index} is not the one whose hash is in the tree",
        "leaf": "leaf {index} is of no kind that a log holds",
        "gap": "leaf {index} is not where it should be",
        "too_short": "the log ends after {index} leaves, before a checkpoint's size",
        "time": "leaf {index} is dated before its predecessors",
        "twice": "leaf {index} repeats an earlier one",
        "missing": "the export lacks the leaf or tile at {index}",
        "witnesses": "too few witnesses have cosigned the checkpoint of {index} leaves",
        "timestamp": "the timestamp of the first {index} leaves is not the authority's, or of another checkpoint",
        "untimed": "no timestamp lies beside the {index} leaves",
        "ahead": "one of the first {index} leaves is dated after their timestamp",
        "slip": "leaf {index} does not say what the slip says",
        "question": "no leaf is about this question",
        "answer": "leaf {index} is not of what was handed out",
    }

    def __init__(self, kind: str, index: int) -> None:
        super().__init__(self._WORDS[kind].format(index=index))
        self.kind = kind
        self.index = index
