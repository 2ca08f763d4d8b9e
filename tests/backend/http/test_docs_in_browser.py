"""The page about the interfaces in a real browser: both languages, a telephone's width, nothing that bars anybody."""

import pytest

from tests.support.agency_running import running_centre
from tests.support.browser import violations, watched_page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    with running_centre(tmp_path_factory.mktemp("centre")) as (_, url):
        yield url


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("locale", "own", "other"), [("th-TH", "th", "en"), ("en-GB", "en", "th")])
def test_it_speaks_the_browsers_language_and_changes_it(chromium, url, locale, own, other, scheme):
    context = chromium.new_context(locale=locale, viewport={"width": 390, "height": 844}, color_scheme=scheme)
    page = watched_page(context)
    page.goto(f"{url}/docs")
    assert page.locator("html").get_attribute("lang") == own
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator(".language").click()
    assert page.locator("html").get_attribute("lang") == other
    assert page.complaints == []
    context.close()
