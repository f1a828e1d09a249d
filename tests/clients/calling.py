"""The same call by either client, as plain values."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from doodle_client import AsyncClient, Client, Retries

SECRET = "doodle_secret"
QUICK = Retries(first=0.01)
Call = Callable[..., Any]


def sync_call(url: str, name: str, *arguments: Any, token: str = SECRET, **options: Any) -> Any:
    with Client(url, token=token, retries=QUICK) as client:
        result = getattr(client, name)(*arguments, **options)
        return list(result) if isinstance(result, Iterator) else result


def async_call(url: str, name: str, *arguments: Any, token: str = SECRET, **options: Any) -> Any:
    async def run() -> Any:
        async with AsyncClient(url, token=token, retries=QUICK) as client:
            result = getattr(client, name)(*arguments, **options)
            return [one async for one in result] if isinstance(result, AsyncIterator) else await result

    return asyncio.run(run())
