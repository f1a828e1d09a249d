"""Administrators appoint people, and maintainers see how reviewers do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from classifier.actions.review_image import review_image
from classifier.actions.undo_review import undo_review
from classifier.models import Review, User
from classifier.models.reviewers import figures
from tests.conftest import signed_in
from tests.factories import make_labels, make_reviewer, make_sample, make_user

pytestmark = pytest.mark.django_db
USERS = "/api/v1/users/"


@pytest.fixture
def root(db: None) -> User:
    return User.objects.create_superuser("root", "root@example.com", "a long enough secret")


@pytest.fixture
def administrator(root: User) -> Client:
    client = Client()
    client.force_login(root)
    return client


def person(name: str) -> User:
    return User.objects.get(username=name)


def test_an_administrator_appoints_on_the_page_and_it_is_noted(administrator: Client, owner: User, root: User) -> None:
    page = administrator.get("/people/").content.decode()
    assert owner.email in page
    said = administrator.post("/people/?q=own", {"username": "owner", "group": ["reviewers"]}, follow=True)
    assert "owner is reviewer now." in said.content.decode()
    assert said.redirect_chain[-1][0] == "/people/?q=own&page=1"
    assert (person("owner").is_reviewer, person("owner").is_maintainer) == (True, False)
    administrator.post("/people/", {"username": "owner", "group": ["maintainers"]})
    administrator.post("/people/", {"username": "owner", "group": ["maintainers"]})  # changes nothing, notes nothing
    assert (person("owner").is_reviewer, person("owner").is_maintainer) == (False, True)
    noted = LogEntry.objects.order_by("id").values_list("user", "object_id", "change_message")
    assert list(noted) == [
        (root.pk, str(owner.pk), "Was put into reviewers."),
        (root.pk, str(owner.pk), "Was put into maintainers and taken out of reviewers."),
    ]
    said = administrator.post("/people/", {"username": "owner"}, follow=True)
    assert "owner is neither reviewer nor maintainer now." in said.content.decode()


def test_odd_forms(administrator: Client, owner: User) -> None:
    assert administrator.post("/people/", {"username": "nobody"}).status_code == 404
    said = administrator.post("/people/", {"username": "owner", "group": ["kings"]}, follow=True)
    assert "no group &#x27;kings&#x27;" in said.content.decode()
    assert "Nobody is called so" in administrator.get("/people/?q=zzz%00").content.decode()


def test_a_program_appoints_too(root: User, owner: User, anonymous: APIClient) -> None:
    client = signed_in(root)
    listed = client.get(USERS).json()["results"]
    assert [(row["username"], row["groups"]) for row in listed] == [("owner", []), ("root", [])]
    answer = client.put(f"{USERS}owner/groups/", {"groups": ["reviewers", "maintainers"]})
    assert (answer.status_code, answer.json()["groups"]) == (200, ["maintainers", "reviewers"])
    assert person("owner").is_maintainer
    assert client.put(f"{USERS}owner/groups/", {"groups": ["kings"]}).status_code == 400
    assert client.put(f"{USERS}nobody/groups/", {"groups": []}).status_code == 404
    assert anonymous.get(USERS).status_code == 401


def test_nobody_else_appoints_or_sees_who_there_is(owner: User) -> None:
    maintainer = make_user("mia")
    signed = Client()
    signed.force_login(maintainer)
    assert signed.get("/people/").status_code == 403
    assert signed.post("/people/", {"username": "mia", "group": ["reviewers"]}).status_code == 403
    for client in (signed_in(maintainer), signed_in(make_reviewer())):
        assert client.get(USERS).status_code == 403
        assert client.put(f"{USERS}mia/groups/", {"groups": ["reviewers"]}).json()["error"]["code"] == "administrators_only"
    assert not person("mia").is_reviewer


def test_the_list_costs_the_same_for_one_and_for_ten(root: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for _ in range(2):
        with django_assert_num_queries(2):  # accounts, their groups
            assert signed_in(root).get(USERS).status_code == 200
        for _ in range(9):
            make_user()


def test_a_careless_reviewer_is_found(administrator: Client) -> None:
    careless, careful, judge = (make_reviewer(name) for name in ("careless", "careful", "judge"))
    make_labels("cat", "dog")
    for number in range(20):
        first = careless if number % 2 else careful
        sample = make_sample("cat")
        said = {"image": sample.image, "classifier": sample.classifier}
        wrong = first == careless and number % 4 == 1
        review_image(by=first, **said, verdict="corrected", label="dog" if wrong else "cat")  # type: ignore[arg-type]
        review_image(by=judge, **said, verdict="corrected", label="cat")  # type: ignore[arg-type]
    found = {one.name: one for one in figures()}
    assert [one.name for one in figures()] == ["careless", "careful", "judge"]
    assert (found["careless"].decided, found["careless"].second_looks, found["careless"].agreement) == (10, 10, 0.5)
    assert found["careful"].agreement == 1.0
    assert found["judge"].agreement is None
    page = administrator.get("/review/reviewers/").content.decode()
    assert page.index("careless") < page.index("careful")
    assert "50%" in page


def test_taking_back_is_to_disagree_and_pauses_are_no_time(administrator: Client) -> None:
    one, other = make_reviewer("one"), make_reviewer("other")
    samples = [make_sample("cat") for _ in range(4)]
    reviews = [review_image(by=one, image=row.image, classifier=row.classifier, verdict="confirmed") for row in samples]
    undo_review(by=other, review=reviews[0])
    undo_review(by=one, review=reviews[1])  # thinking better of it oneself is not
    start = timezone.now()
    for review, after in zip(reviews, (0, 4, 10, 5000), strict=True):
        Review.objects.filter(pk=review.pk).update(created_at=start + timedelta(seconds=after))
    Review.objects.filter(verdict="undone", by=one).update(created_at=start + timedelta(seconds=5002))
    found = {row.name: row for row in figures()}["one"]
    assert (found.decided, found.second_looks, found.agreed) == (4, 1, 0)
    assert found.gaps == [4.0, 6.0, 2.0]
    assert found.seconds == 4.0
    assert "of few" in administrator.get("/review/reviewers/").content.decode()


def test_figures_are_for_maintainers() -> None:
    client = Client()
    client.force_login(make_reviewer())
    assert client.get("/review/reviewers/").status_code == 403
