"""A pupil's history stays whole when his G code becomes a citizen number, and the G code is asked about no more."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from backend.bootstrap import migrate_store
from backend.cli import centre as centre_command
from backend.decisions.errors import QuestionRefusedError
from backend.evidence.keys import load_or_create_keys
from backend.linkage.links import LinkedOtherwiseError, SubjectLinks
from backend.linkage.models import SubjectLink
from backend.mandates.file import DEMO_MANDATES, load_mandates
from backend.settings import read_settings
from backend.store import opened_store
from contracts.decision import Subject
from contracts.problems import ProblemCode
from contracts.subject import SubjectKind
from tests.support.history import ask, history_of, look
from tests.support.linkage_agencies import NUMBER
from tests.support.linkage_decisions import KEYRING, NOW, Centre

G_CODE = "G990012345678"
OTHER = "3999900000023"
PUPIL = Subject(type=SubjectKind.PUPIL, g_code=G_CODE)


def pairs(number: str) -> list[tuple[bytes, bytes]]:
    return [
        (
            bytes.fromhex(key.subject(SubjectKind.PUPIL, G_CODE)),
            bytes.fromhex(key.subject(SubjectKind.PERSON, number)),
        )
        for key in KEYRING.live()
    ]


def test_the_history_under_the_g_code_is_seen_by_its_holder(tmp_path: Path) -> None:
    kinds = frozenset({SubjectKind.PERSON, SubjectKind.PUPIL})
    centre = Centre(tmp_path, tuple(replace(m, subjects=kinds) for m in load_mandates(DEMO_MANDATES)))
    history = history_of(centre)
    before = ask(centre, "health_coverage", subject=PUPIL)
    after = ask(centre, "health_coverage")
    seen = {entry.reference for entry in look(centre, history).entries}
    assert after.reference in seen
    assert before.reference not in seen
    links = SubjectLinks(centre.store)
    assert links.link(pairs(NUMBER), "officer 7", NOW)
    assert not links.link(pairs(NUMBER), "officer 7", NOW)
    with pytest.raises(LinkedOtherwiseError):
        links.link(pairs(OTHER), "officer 7", NOW)
    assert {before.reference, after.reference} <= {entry.reference for entry in look(centre, history).entries}
    with pytest.raises(QuestionRefusedError) as caught:
        ask(centre, "health_coverage", subject=PUPIL)
    assert caught.value.code is ProblemCode.NUMBER_INVALID
    centre.close()


def test_the_command_reads_numbers_from_its_input_and_keeps_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAIDIAO_CENTRE_STATE_DIR", str(tmp_path))
    settings = read_settings({"BAIDIAO_CENTRE_STATE_DIR": str(tmp_path)})
    migrate_store(settings)
    load_or_create_keys(settings.keys_dir)

    def run(text: str) -> tuple[int, str]:
        done = CliRunner().invoke(centre_command, ["subjects", "link", "--by", "officer 7"], input=text)
        return done.exit_code, done.output

    assert run(f"{G_CODE}\n{NUMBER}\n") == (0, "linked\n")
    assert run(f"{G_CODE}\n{NUMBER}\n") == (0, "was linked before\n")
    assert run(f"{G_CODE}\n{OTHER}\n")[0] == 1
    code, said = run(f"{G_CODE}\n{NUMBER[:12]}\n")
    assert code == 1
    assert NUMBER[:12] not in said
    with opened_store(settings.database_url) as store, store.reading() as session:
        kept = session.scalars(select(SubjectLink)).all()
    assert [(len(one.former), one.linked_by) for one in kept] == [(32, "officer 7")]
