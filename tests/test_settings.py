from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from doodle_site.settings import _places


def test_private_places_are_read_as_addresses_name_them() -> None:
    assert _places(["Pictures.Intranet:80", "[::1]:8000"]) == {"pictures.intranet:80", "[::1]:8000"}
    assert _places([]) == frozenset()


@pytest.mark.parametrize("place", ["pictures.intranet", ":80", "::1:80", "http://pictures.intranet", "a:b", "a:80/x", "a:²"])
def test_a_place_without_host_or_port_is_named_at_the_start(place: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DOODLE_FETCH_ALLOW"):
        _places([place])
