"""Workers and brokers fail; predictions do not get lost."""

from __future__ import annotations

from contextlib import closing

import pytest

from tests.factories import HOUSE
from tests.running import Caller, Site
from tests.servers import free_port

pytestmark = pytest.mark.tensorflow


def test_without_a_worker_people_are_told_and_nothing_is_lost(lone_site: Site) -> None:
    lone_site.start()
    with closing(Caller(lone_site, "owner")) as owner:
        lone_site.kill_workers()
        asked = owner.post("/api/v1/predictions/?wait=5", json={"strokes": HOUSE})
        assert asked.status_code == 202
        assert asked.json()["error"]["code"] == "no_worker"
        assert owner.get("/readyz").status_code == 503
        lone_site.start_worker()
        answered = owner.get(f"/api/v1/predictions/{asked.json()['id']}/?wait=30").json()
        assert answered["status"] == "succeeded"
        assert answered["error"] is None


def test_a_broker_that_is_away_only_costs_a_moment(lone_site: Site) -> None:
    lone_site.environment["CELERY_BROKER_URL"] = f"redis://127.0.0.1:{free_port()}/0"
    lone_site.start()
    with closing(Caller(lone_site, "owner")) as owner:
        answered = owner.post("/api/v1/predictions/?wait=10", json={"strokes": HOUSE})
        assert answered.json()["status"] == "succeeded"


def test_workers_killed_under_load_lose_nothing(lone_site: Site) -> None:
    lone_site.start()
    with closing(Caller(lone_site, "owner")) as owner:
        bodies = [{"strokes": [[[0, 255], [0, step]]]} for step in range(1, 101)]
        ids = [owner.post("/api/v1/predictions/", json=body).json()["id"] for body in bodies]
        lone_site.kill_workers()
        lone_site.start_worker()
        states = [owner.get(f"/api/v1/predictions/{one}/?wait=30").json()["status"] for one in ids]
        assert states == ["succeeded"] * 100
