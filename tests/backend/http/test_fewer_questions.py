"""Fewer questions to the agencies: batches ask about many at once, and what may be kept is not asked again."""

import json

from aiohttp import web

from backend.linkage.file import DEFAULT_DIRECTORY
from contracts.agency import BULK_PATH, DECISIONS_PATH
from contracts.citizen_number import check_digit
from tests.backend.http.test_agency_bulk import all_pages, wait_for_end
from tests.support.agency_api import question, whole_centre
from tests.support.linkage_agencies import AgencyServer, says

NUMBERS = [f"39999{n:07d}{check_digit(f'39999{n:07d}')}" for n in range(24)]
LEFT_OUT = NUMBERS[7]
PERSON = {
    "birth": {"year": 1950, "month": 1, "day": 1},
    "nationality": "THA",
    "alive": True,
    "domicile": {"registered": True},
}


async def behave(request: web.Request) -> web.StreamResponse:
    """The registry takes many at once and leaves one out; the treasury answers one by one."""
    asked = json.loads(await request.read())
    if request.path == "/v1/persons":
        numbers = [one["citizen_number"] for one in asked["persons"]]
        lines = [{"found": True, "number": one, "person": PERSON} for one in numbers if one != LEFT_OUT]
        return await says({"persons": lines})(request)
    if request.path == "/v1/person":
        return await says({"found": True, "number": asked["citizen_number"], "person": PERSON})(request)
    return await says({"found": True, "receives_state_pension": False})(request)


def directory_file(tmp_path, url):
    directory = json.loads(DEFAULT_DIRECTORY.read_text("utf-8"))
    for agency in directory["agencies"]:
        agency["base_url"] = url
        if agency["id"] == "civil_registry":
            agency["requests"][0] |= {"whose": "number", "bulk": {"path": "/v1/persons", "most": 12}}
        if agency["id"] == "comptroller_general":
            agency["requests"][0]["cache_s"] = 60
    file = tmp_path / "agencies.json"
    file.write_text(json.dumps(directory), "utf-8")
    return str(file)


def test_a_batch_asks_about_many_at_once_and_a_kept_answer_is_not_asked_again(tmp_path, logging_as_before):
    with AgencyServer(behave) as server:
        agencies = directory_file(tmp_path, server.base_url)
        with whole_centre(tmp_path, AGENCIES_FILE=agencies) as whole:
            items = [{"reference": f"case-{at}", "subject": {"citizen_number": one}} for at, one in enumerate(NUMBERS)]
            asked = {name: value for name, value in question().items() if name != "subject"} | {"items": items}
            location = whole.post(BULK_PATH, asked).headers["Location"]
            assert wait_for_end(whole, location).refused == 0
            answers = [one.answer for one in all_pages(whole, location, 100)]
            outcomes = [answer.decisions[0].outcome.value for answer in answers]
            assert outcomes == ["undecided" if one == LEFT_OUT else "eligible" for one in NUMBERS]
            left_out = answers[NUMBERS.index(LEFT_OUT)]
            causes = {source.agency_id: source.cause for source in left_out.sources}
            assert causes == {"civil_registry": "bad_answer", "comptroller_general": None}
            together = [len(json.loads(one["body"])["persons"]) for one in server.seen if one["path"] == "/v1/persons"]
            assert sum(together) == len(NUMBERS)
            assert len(together) <= 6
            assert sum(one["path"] == "/v1/pension" for one in server.seen) == len(NUMBERS)
            again = whole.post(DECISIONS_PATH, question(subject={"citizen_number": NUMBERS[0]}))
            assert again.get_json()["decisions"][0]["outcome"] == "eligible"
            assert server.seen[-1]["path"] == "/v1/person", "a single question goes alone"
            assert sum(one["path"] == "/v1/pension" for one in server.seen) == len(NUMBERS), "kept"
