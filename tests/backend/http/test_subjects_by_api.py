"""Whoever a question may be about, asked by an agency's own system: one by one, in a batch, and by the command."""

import csv
import json

import pytest
from aiohttp import web
from click.testing import CliRunner

from agency_client import AgencyClient
from agency_client.cli import ask
from backend.subjects_cli import subjects
from contracts.agency import BULK_PATH, DECISIONS_PATH, AgencySubject
from contracts.citizen_number import check_digit
from contracts.subject import SubjectKind
from tests.support.agency_api import TOWN, question
from tests.support.agency_running import running_centre
from tests.support.linkage_agencies import AgencyServer

PERSONS = [f"{category}99990000001" for category in range(10)]
PERSONS = [first + check_digit(first) for first in PERSONS]
COMPANY = "099000000001" + check_digit("099000000001")
PUPIL, FORMER = "G990012345678", "G990087654321"
WRONG = PERSONS[3][:12] + str((int(PERSONS[3][12]) + 1) % 10)
LOAN, DIRECTOR, COVER = "student_loan", "directorships", "health_coverage"
EVERY_KIND = [kind.value for kind in SubjectKind]
FACTS = {
    LOAN: ["registry.alive", "registry.thai_national", "student_loan.enrolled"],
    DIRECTOR: ["registry.alive", "business.directorships"],
    COVER: ["registry.alive", "registry.thai_national", "health.scheme"],
}


def entry(name, url, requests, **more):
    words = {"th": name, "en": name}
    return {"id": name, "name": words, "adapter": "rest", "base_url": url, "requests": requests, **more}


def directory(url):
    person = {"id": "citizen_number"}
    registry = {"registry.alive": {"at": "alive", "as": "bool"}, "registry.thai_national": {"at": "thai", "as": "bool"}}
    enrolled = {"student_loan.enrolled": {"at": "enrolled", "as": "bool"}}
    boards = {"business.directorships": {"at": "boards", "as": "int"}}
    scheme = {"health.scheme": {"at": "scheme", "as": "text", "one_of": ["none", "universal_coverage"]}}
    hospital = {"health.hospital_registered": {"at": "hospital", "as": "present"}}
    sources = {name: {"th": name, "en": name} for name in ("rights", "hospitals")}
    broker = [
        {"path": "/broker", "source": "rights", "send": person, "facts": scheme},
        {"path": "/broker", "source": "hospitals", "send": person, "facts": hospital},
    ]
    return {
        "version": 1,
        "agencies": [
            entry("registry", url, [{"path": "/registry", "send": person, "facts": registry}]),
            entry("loans", url, [{"path": "/loans", "send": {**person, "g": "g_code"}, "facts": enrolled}]),
            entry(
                "firms",
                url,
                [{"path": "/firms", "send": {"firm": "juristic_number", "by": "citizen_number"}, "facts": boards}],
            ),
            entry("broker", url, broker, adapter="broker", sources=sources),
        ],
    }


def mandates():
    basis = {"th": "กฎหมายทดลอง", "en": "An invented law"}
    common = {"agency_id": TOWN, "purpose": "eligibility", "legal_basis": basis, "valid_from": "2020-01-01"}
    kinds = {LOAN: ["citizen_number", "g_code"], DIRECTOR: EVERY_KIND, COVER: ["citizen_number"]}
    granted = [{**common, "service_id": one, "facts": FACTS[one], "subjects": kinds[one]} for one in FACTS]
    return {"version": 1, "note": "", "mandates": granted}


async def answer(request):
    """Every register at once: nobody is enrolled, everybody is alive, Thai and on no board."""
    asked = json.loads(await request.read())
    if request.path == "/broker":
        record = {"scheme": "universal_coverage", "hospital": "H1"}
        told = [{"source": one, "status": "ok", "record": record} for one in asked["sources"]]
        return web.json_response({"answers": told})
    return web.json_response({"found": True, "alive": True, "thai": True, "enrolled": False, "boards": 0})


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    folder = tmp_path_factory.mktemp("centre")
    with AgencyServer(behaviour=answer) as registers:
        files = {"AGENCIES_FILE": directory(registers.base_url), "MANDATES_FILE": mandates()}
        for name, content in files.items():
            (folder / name).write_text(json.dumps(content), encoding="utf-8")
        with running_centre(folder, **{name: str(folder / name) for name in files}) as (whole, url):
            yield whole, url, registers


@pytest.fixture
def whole(running):
    running[2].seen.clear()
    return running[0]


@pytest.fixture
def asked(running, whole):
    def bodies(path):
        return [json.loads(one["body"]) for one in running[2].seen if one["path"] == path]

    return bodies


def ask_one(whole, service, **about):
    return whole.post(DECISIONS_PATH, question(services=[service], subject=about))


def outcome(response):
    assert response.status_code == 200, response.text
    (decision,) = response.get_json()["decisions"]
    return decision["outcome"], [reason["code"] for reason in decision["reasons"]]


def test_persons_of_every_category_are_asked_about(whole, asked):
    for number in PERSONS:
        assert outcome(ask_one(whole, LOAN, citizen_number=number)) == ("not_eligible", ["student.no"])
    assert [one["id"] for one in asked("/registry")] == PERSONS
    assert [one["id"] for one in asked("/loans")] == PERSONS


def test_a_pupil_is_asked_about_by_code_where_the_code_is_known(whole, asked):
    assert outcome(ask_one(whole, LOAN, type="g_code", g_code=PUPIL)) == ("not_eligible", ["student.no"])
    assert asked("/loans") == [{"id": None, "g": PUPIL}]
    assert asked("/registry") == [], "the civil register has no G codes"


def test_a_company_is_asked_about_and_who_acts_for_it(whole, asked):
    firm = {"type": "juristic_number", "juristic_number": COMPANY}
    assert outcome(ask_one(whole, DIRECTOR, **firm)) == ("not_eligible", ["director.no"])
    assert outcome(ask_one(whole, DIRECTOR, **firm, citizen_number=PERSONS[3]))[0] == "not_eligible"
    assert asked("/firms") == [{"firm": COMPANY, "by": None}, {"firm": COMPANY, "by": PERSONS[3]}]
    assert asked("/registry") == [], "whoever acts for it is not its subject"
    leaf = whole.leaf(whole.log_size() - 1)
    assert PERSONS[3] not in json.dumps(leaf)


@pytest.mark.parametrize(
    ("service", "about", "status", "code", "rule"),
    [
        (LOAN, {"citizen_number": WRONG}, 422, "number_invalid", None),
        (LOAN, {"type": "g_code", "g_code": "G12"}, 400, "bad_request", None),
        (LOAN, {"type": "g_code", "g_code": PUPIL, "citizen_number": PERSONS[3]}, 400, "bad_request", None),
        (LOAN, {"type": "passport", "citizen_number": PERSONS[3]}, 400, "bad_request", None),
        (LOAN, {"type": "juristic_number", "citizen_number": PERSONS[3]}, 400, "bad_request", None),
        (LOAN, {"citizen_number": PERSONS[3], "juristic_number": COMPANY}, 400, "bad_request", None),
        (LOAN, {"type": "juristic_number", "juristic_number": COMPANY}, 403, "mandate_missing", "subject_not_covered"),
        (COVER, {"type": "g_code", "g_code": PUPIL}, 403, "mandate_missing", "subject_not_covered"),
        (DIRECTOR, {"type": "juristic_number", "juristic_number": WRONG}, 422, "number_invalid", None),
    ],
)
def test_what_is_wrong_with_a_subject_is_said_clearly(whole, service, about, status, code, rule):
    response = ask_one(whole, service, **about)
    told = response.get_json()
    assert (response.status_code, told["code"], told.get("rule")) == (status, code, rule)
    assert told["detail"]
    assert not {PUPIL, COMPANY, WRONG, PERSONS[3]} & set(response.text.replace('"', " ").split())


def wait_for(client, job):
    return list(client.results(job.id))


def test_a_batch_mixes_all_kinds(running, whole):
    firm = AgencySubject(type=SubjectKind.COMPANY, juristic_number=COMPANY, citizen_number=PERSONS[3])
    lines = [("person", PERSONS[6]), ("pupil", PUPIL), ("firm", firm), ("wrong", WRONG)]
    with AgencyClient(running[1], whole.client_id, whole.secret) as client:
        results = {one.reference: one for one in wait_for(client, client.submit(lines, [LOAN], "T-1"))}
    assert {name: one.refusal and one.refusal.code.value for name, one in results.items()} == {
        "person": None,
        "pupil": None,
        "firm": "mandate_missing",
        "wrong": "number_invalid",
    }
    assert results["pupil"].answer.decisions[0].outcome == "not_eligible"


def test_a_batch_of_other_forms_is_refused_whole(whole):
    items = [{"reference": "a", "subject": {"type": "g_code", "g_code": "G1"}}]
    message = {name: value for name, value in question(services=[LOAN]).items() if name != "subject"} | {"items": items}
    response = whole.post(BULK_PATH, message)
    assert (response.status_code, response.get_json()["code"]) == (400, "bad_request")


def test_the_command_asks_about_all_kinds(running, whole, asked, monkeypatch, tmp_path):
    monkeypatch.setenv("BAIDIAO_ASK_SECRET", whole.secret)
    common = ["--centre", running[1], "--client", whole.client_id]

    def run(*words, **more):
        return CliRunner().invoke(ask, [*common, *words, "--officer", "T-1"], **more)

    told = run("one", "--service", LOAN, input=PUPIL.lower() + "\n")
    assert (told.exit_code, "student_loan: not_eligible" in told.output) == (0, True), told.output
    told = run("one", "--service", DIRECTOR, "--company", input=f"{COMPANY}\n{PERSONS[3]}\n")
    assert (told.exit_code, asked("/firms")) == (0, [{"firm": COMPANY, "by": PERSONS[3]}]), told.output
    people, out = tmp_path / "people.csv", tmp_path / "out.csv"
    rows = [f"a,{PERSONS[0]},,", f"b,,{PUPIL},", f"c,{PERSONS[3]},,{COMPANY}"]
    people.write_text("\n".join(["reference,citizen_number,g_code,juristic_number", *rows]), encoding="utf-8")
    told = run("many", "--service", DIRECTOR, "--out", str(out), str(people))
    assert told.exit_code == 0, told.output
    with out.open(encoding="utf-8") as results:
        assert [(row["reference"], row["refusal"]) for row in csv.DictReader(results)] == [(one, "") for one in "abc"]
    refused = run("one", "--service", COVER, input=PUPIL + "\n")
    assert refused.exit_code == 1
    assert "subject_not_covered" in refused.output
    assert "ไม่ครอบคลุม" in refused.output, "and in words"
    people.write_text(f"reference,citizen_number,g_code\na,{PERSONS[0]},{PUPIL}\n", encoding="utf-8")
    told = run("many", "--service", LOAN, "--out", str(out), str(people))
    assert (told.exit_code, "asked about by it" in told.output) == (1, True), told.output
    assert PUPIL not in told.output


def test_a_code_that_became_a_number_is_asked_about_by_it(running, whole, monkeypatch):
    assert outcome(ask_one(whole, LOAN, type="g_code", g_code=FORMER))[0] == "not_eligible"
    monkeypatch.setenv("BAIDIAO_CENTRE_STATE_DIR", str(whole.settings.keys_dir.parent))
    told = CliRunner().invoke(subjects, ["link", "--by", "R-1"], input=f"{FORMER}\n{PERSONS[8]}\n")
    assert told.exit_code == 0, told.output
    refused = ask_one(whole, LOAN, type="g_code", g_code=FORMER)
    assert (refused.status_code, refused.get_json()["code"]) == (422, "number_invalid")
    assert "citizen number" in refused.get_json()["detail"]
    assert outcome(ask_one(whole, LOAN, citizen_number=PERSONS[8]))[0] == "not_eligible"


def test_a_broker_is_asked_only_for_what_the_mandate_names(whole, asked):
    response = ask_one(whole, COVER, citizen_number=PERSONS[3])
    assert response.status_code == 200, response.text
    assert asked("/broker") == [{"id": PERSONS[3], "sources": ["rights"]}]
    causes = {one["agency"]["en"]: one.get("cause") for one in response.get_json()["sources"]}
    assert causes == {"registry": None, "rights": None, "hospitals": "not_permitted"}
