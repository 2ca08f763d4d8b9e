"""What anybody may read: the catalogue, its page, and the page about the interfaces."""

import re

import pytest
from flask import Flask

from backend.eligibility.loading import load_rulebook
from backend.http.openapi import describe_api
from backend.http.operations import OPERATIONS
from backend.public.catalogue import build_catalogue, load_documents
from backend.public.docs_words import load_thai
from backend.public.http import create_blueprint
from contracts.catalogue import CATALOGUE_PATH, Catalogue
from contracts.problems import ProblemCode
from tests.support.agency_api import whole_centre


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with whole_centre(tmp_path_factory.mktemp("centre")) as whole:
        yield whole.centre.client()


def found(client, query=""):
    return Catalogue.model_validate_json(client.get(f"{CATALOGUE_PATH}{query}").data)


def test_every_service_says_which_copies_it_makes_needless(client):
    catalogue = found(client)
    assert catalogue.total == len(catalogue.services) == len(load_rulebook().services())
    (allowance,) = (one for one in catalogue.services if one.id == "old_age_allowance")
    assert {(one.document.en, one.owner_id) for one in allowance.replaces} >= {
        ("Copy of the house registration", "civil_registry"),
        ("Certificate of not drawing a pension", "comptroller_general"),
    }


def test_what_nobody_linked_can_answer_is_still_to_be_brought(client):
    services = {one.id: one for one in found(client).services}
    (licence,) = services["driving_licence"].bring
    assert licence.en == "Copy of the driving licence"
    assert licence.en not in {one.document.en for one in services["driving_licence"].replaces}
    assert services["old_age_allowance"].bring == ()
    order = [bool(one.bring) for one in found(client).services]
    assert order == sorted(order), "those for which the card is enough come first"
    page = client.get("/services?lang=en").text
    assert (
        page.index("The card is enough") < page.index("Some papers are still needed") < page.index("Please still bring")
    )
    linked = build_catalogue(
        load_rulebook(), load_documents(), lambda _name: "any_agency", set(load_documents().proves)
    )
    assert not any(one.bring for one in linked.services)


def test_every_fact_that_rules_need_has_its_document():
    rules, documents = load_rulebook(), load_documents()
    needed = {fact for service in rules.services() for fact in rules.needed_facts(service.id)}
    assert needed <= documents.proves.keys()


@pytest.mark.parametrize(("typed", "one"), [("ขับรถ", "driving_licence"), ("PENSION", "old_age_allowance")])
def test_search_finds_in_both_languages(client, typed, one):
    assert one in {service.id for service in found(client, f"?q={typed}").services}


def test_search_that_finds_nothing_says_so(client):
    assert found(client, "?q=zzzz").services == ()
    assert "ไม่พบบริการ" in client.get("/services?q=zzzz&lang=th").text


def test_it_is_kept_until_it_changes(client):
    for path in (CATALOGUE_PATH, "/services", "/docs"):
        first = client.get(path)
        assert first.headers["Cache-Control"] == "public, max-age=300"
        again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")


def test_the_page_speaks_both_languages_and_escapes(client):
    assert '<html lang="th">' in client.get("/services").text
    assert '<html lang="en">' in client.get("/services", headers={"Accept-Language": "en-GB"}).text
    page = client.get("/services?lang=en&q=<script>").text
    assert "<script>" not in page
    assert "No service fits" in page


@pytest.mark.parametrize("language", ["th", "en"])
def test_the_page_about_the_interfaces_has_every_route_and_problem(client, language):
    page = client.get(f"/docs?lang={language}").text
    for operation in OPERATIONS:
        assert f"<code>{operation.path}</code>" in page
    for code in ProblemCode:
        assert f'id="problem-{code.value}"' in page
    assert "http-equiv" not in page
    assert "//cdn" not in page


class Table(dict):
    """A table of words that notes which were wanted."""

    def __init__(self):
        super().__init__(load_thai())
        self.wanted = set()

    def get(self, text, default=None):
        self.wanted.add(text)
        return super().get(text, default)


def test_every_text_of_the_page_about_the_interfaces_has_its_thai_and_no_thai_is_left_over():
    table, app = Table(), Flask("page")
    catalogue = Catalogue(total=0, services=())
    app.register_blueprint(create_blueprint(catalogue, describe_api("https://centre.example"), table))
    assert app.test_client().get("/docs").status_code == 200
    assert table.wanted - {""} == table.keys()
    kept = re.compile(r"`[^`]+`|\{\w+\}|RFC \d+")
    for english, words in table.items():
        assert re.search("[\u0e01-\u0e5b]", words), english
        assert set(kept.findall(english)) == set(kept.findall(words)), english


def test_the_page_about_the_interfaces_speaks_thai_unless_asked_otherwise(client):
    page = client.get("/docs").text
    assert '<html lang="th">' in page
    assert "ส่งคำขอถี่เกินไป" in page
    assert "Too many requests" not in page
    assert 'href="/docs?lang=en"' in page
    english = client.get("/docs", headers={"Accept-Language": "en-GB"}).text
    assert '<html lang="en">' in english
    assert "Too many requests" in english
    assert "Accept-Language" in client.get("/docs").headers["Vary"]
