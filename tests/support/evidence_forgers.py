"""A log on a real store in the hands of a forger, and everybody who might find out."""

import pytest
from flask import Flask
from sqlalchemy import delete, update

from backend.evidence.auditing import Trust, verify_export
from backend.evidence.errors import VerificationError, WitnessError
from backend.evidence.export import LeafRange, write_export
from backend.evidence.http import create_blueprint
from backend.evidence.leaf import encode_leaf
from backend.evidence.models import EvidenceHead, EvidenceLeaf, EvidenceMidNode, EvidenceNode
from backend.evidence.slips import SlipSigner
from backend.evidence.witness.judgement import Submitted
from contracts.checkpoint import parse_body
from contracts.decision import Outcome
from contracts.signed_note import Note, parse_note
from tests.support.evidence_decisions import make_decision, make_decisions
from tests.support.evidence_logs import LOG_KEY, ORIGIN
from tests.support.evidence_witnesses import LOG_VERIFIER

COUNT = 300
PLACE = 200


class Forger:
    """Somebody who may write to the database and holds the checkpoint key."""

    def __init__(self, store, log):
        self.store, self.log = store, log

    def change_content(self, index, content):
        with self.store.transaction() as session:
            session.execute(update(EvidenceLeaf).where(EvidenceLeaf.index == index).values(content=content))

    def rebuild(self, leaves):
        """Write another history, with every hash as it must be."""
        with self.store.transaction() as session:
            for model in (EvidenceLeaf, EvidenceNode, EvidenceMidNode, EvidenceHead):
                session.execute(delete(model))
        self.log.append_all(leaves)


class Scene:
    """A log of ``COUNT`` leaves that a witness, a tile client and an auditor have seen. Whatever is put in the place of
    ``store`` and ``log`` is what they are shown from then on.
    """

    def __init__(self, store, log, house, folder):
        self.store, self.log, self.house, self.folder = store, log, house, folder
        self.forger = Forger(store, log)
        self.kept = log.checkpoint()  # what a citizen's or an auditor's copy says
        self.witness(0)

    def go_on(self):
        """Let an honest leaf follow."""
        self.log.append(encode_leaf(make_decision(COUNT + 50)))

    def app(self):
        """Return what the centre serves to the public."""
        app, scene = Flask("centre"), self

        class Shown:
            def __getattr__(self, name):
                return getattr(scene.log, name)

        app.register_blueprint(create_blueprint(Shown(), SlipSigner(LOG_KEY, "kid", ORIGIN)))
        return app

    def witness(self, old):
        """Have the present checkpoint cosigned."""
        note = parse_note(self.log.checkpoint())
        size = parse_body(note.body).size
        proof = self.log.consistency_proof(old, size) if 0 < old <= size else ()
        line = self.house.ask(self.house.policy(1).witnesses[0], Submitted(old, proof, note))
        return Note(note.body, (*note.signatures, line)).encode()

    def verify(self, *, older=(), quorum=0, checkpoint=None):
        """Export and verify, as an auditor with the log's key; returns the finding."""
        export = self.folder / "export"
        for _ in write_export(self.store, checkpoint or self.log.checkpoint(), export, LeafRange()):
            pass
        trust = Trust((LOG_VERIFIER,), (self.house.verifier("w1"),), quorum)
        try:
            *_, last = verify_export(export, trust, older, LeafRange())
        except VerificationError as error:
            return error.kind, error.index
        return "sound", last

    def ask_witness(self):
        with pytest.raises(WitnessError) as caught:
            self.witness(COUNT)
        return caught.value.reason


def forged_leaf():
    """The decision at the forged place, the other way round."""
    return encode_leaf(make_decision(PLACE).model_copy(update={"outcome": Outcome.ELIGIBLE}))


def leaves_with(change):
    leaves = make_decisions(COUNT)
    change(leaves)
    return leaves
