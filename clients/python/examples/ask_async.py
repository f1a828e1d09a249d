"""Draw three lines and ask about all of them at the same time."""

import asyncio

from doodle_client import AsyncClient

DRAWINGS = {
    "a house in one stroke": [[[0, 0, 128, 255, 255, 0], [255, 100, 0, 100, 255, 255]]],
    "a line": [[[0, 255], [0, 0]]],
    "a zigzag": [[[0, 60, 120, 180, 255], [0, 200, 0, 200, 0]]],
}


async def main() -> None:
    async with AsyncClient() as client:
        answers = await asyncio.gather(*(client.predict(strokes) for strokes in DRAWINGS.values()))
        for name, answer in zip(DRAWINGS, answers, strict=True):
            print(f"{name}: {answer.best.label if answer.best else answer.status}")
        async for prediction in client.history(page_size=3):
            print("asked at", prediction.created_at.isoformat())


asyncio.run(main())
