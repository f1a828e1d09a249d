from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests import servers
from tests.running import Site
from tests.workshop import Maintainer

EMBEDDED = pytest.param("embedded", id="embedded")
PHONE = {"width": 375, "height": 812}
SERVERS = pytest.param("servers", id="postgresql-and-redis", marks=[pytest.mark.postgresql, pytest.mark.redis])


@pytest.fixture(scope="session", params=[EMBEDDED, SERVERS])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site with a web server and a worker: once as it comes, once on PostgreSQL and Redis."""
    with ExitStack() as stack:
        settings = _server_settings(stack) if request.param == "servers" else {}
        running = Site(tmp_path_factory.mktemp("site"), {"DOODLE_RATE": "1000", **settings})
        stack.callback(running.stop)
        running.start()
        yield running


def _server_settings(stack: ExitStack) -> dict[str, str]:
    redis = stack.enter_context(servers.redis())
    return {"DATABASE_URL": stack.enter_context(servers.postgresql()), "CELERY_BROKER_URL": redis, "REDIS_URL": redis}


@pytest.fixture
def lone_site(tmp_path: Path) -> Iterator[Site]:
    """A site of its own, for a story that breaks something."""
    running = Site(tmp_path, {})
    yield running
    running.stop()


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site with a trainer beside its worker."""
    running = Site(tmp_path_factory.mktemp("workshop"), {})
    running.start()
    running.start_trainer()
    yield running
    running.stop()


@pytest.fixture
def mary(workshop: Site) -> Iterator[Maintainer]:
    with closing(Maintainer(workshop)) as maintainer:
        yield maintainer


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        servers.missing("chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """A fresh person on a phone, whose console must stay without complaints."""
    context = browser.new_context(viewport=PHONE, has_touch=True, base_url=site.url)  # type: ignore[arg-type]
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    yield opened
    context.close()
    assert complaints == []
