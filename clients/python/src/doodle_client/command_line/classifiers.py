from __future__ import annotations

import argparse

from doodle_client.command_line.options import Commands, added, client_of, picture
from doodle_client.command_line.printing import as_json
from doodle_client.workshop import Classifier, Sample

LABEL_HELP = "what it can say; 2 to 1,000, each once"
PICTURE_HELP = "a file, a .json file of strokes, or - for a picture or strokes on stdin"


def add_to(commands: Commands) -> None:
    listing = added(commands, "classifiers", "list the problems that the site knows", run_list)
    listing.add_argument("--json", action="store_true", help="one JSON object in a line")
    making = added(commands, "create-classifier", "name a new problem and its labels", run_create)
    making.add_argument("slug", metavar="SLUG", help="its name in addresses: letters, digits, - and _")
    making.add_argument("labels", nargs="+", metavar="LABEL", help=LABEL_HELP)
    making.add_argument("--kind", choices=("drawing", "photo"), default="drawing", help="what it looks at (drawing)")
    making.add_argument("--title", help="its name for people (the slug)")
    making.add_argument("--json", action="store_true", help="one JSON object")
    adding = added(commands, "add-sample", "show a classifier pictures of one label, to be learnt from", run_add)
    adding.add_argument("classifier", metavar="SLUG", help="which problem, as classifiers lists it")
    adding.add_argument("label", metavar="LABEL", help="what all of the pictures show")
    adding.add_argument("pictures", nargs="+", metavar="PICTURE", help=PICTURE_HELP)
    adding.add_argument("--json", action="store_true", help="one JSON object in a line for each picture")

    health = added(commands, "health", "say how sound a classifier's labelled pictures are", run_health)
    health.add_argument("classifier", metavar="SLUG")
    health.add_argument("--json", action="store_true", help="one JSON object")
    change = added(commands, "change", "say how a classifier's pictures are reviewed", run_change)
    change.add_argument("classifier", metavar="SLUG")
    change.add_argument("--opinions", type=int, metavar="N", help="so many reviewers' opinions decide a sample, 1 to 5")
    change.add_argument("--known-share", type=int, metavar="PERCENT", help="so much of what is given is known, 0 to 50")
    change.add_argument("--json", action="store_true", help="one JSON object")


def run_health(options: argparse.Namespace) -> bool:
    with client_of(options) as client:
        health = client.classifier_health(options.classifier)
    said = (health.balance.says, health.quality.says, health.quality.expects, health.overlap.says, health.drift.says)
    print(as_json(health) if options.json else "\n".join(said))
    return True


def run_change(options: argparse.Namespace) -> bool:
    with client_of(options) as client:
        made = client.change_classifier(options.classifier, opinions=options.opinions, known_share=options.known_share)
    print(as_json(made) if options.json else f"{made.slug}  opinions: {made.opinions}, known: {made.known_share} %")
    return True


def run_list(options: argparse.Namespace) -> bool:
    with client_of(options) as client:
        for classifier in client.classifiers():
            print(as_json(classifier) if options.json else _text(classifier))
    return True


def run_create(options: argparse.Namespace) -> bool:
    with client_of(options) as client:
        made = client.create_classifier(options.slug, options.title or options.slug, kind=options.kind, labels=options.labels)
    print(as_json(made) if options.json else _text(made))
    return True


def run_add(options: argparse.Namespace) -> bool:
    """Ends at the first that is refused: those before it were taken, and may be sent again."""
    with client_of(options) as client:
        for name in options.pictures:
            sample = client.add_sample(options.classifier, picture(name), options.label)
            print(as_json(sample) if options.json else _added(name, sample), flush=True)
    return True


def _text(classifier: Classifier) -> str:
    return f"{classifier.slug}  {classifier.kind}: {classifier.title}"


def _added(name: str, sample: Sample) -> str:
    return f"{name}: {sample.label} ({sample.image.id})"
