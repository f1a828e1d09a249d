"""Ask what one picture shows: python ask.py cat.png"""

import sys

from doodle_client import Client, NotAnswered

with Client() as client:
    try:
        prediction = client.predict(sys.argv[1], wait=60)
    except NotAnswered as late:
        sys.exit(f"Still {late.prediction.status}. Later: client.prediction({late.prediction.id!r}, wait=60)")

for guess in prediction.guesses:
    print(f"{guess.probability:6.1%}  {guess.label}")
if prediction.unsure:
    print("The network is not sure.")
