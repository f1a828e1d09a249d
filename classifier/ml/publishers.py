"""Who publishes the data sets, where, and how they are laid out. A folder or a mirror may stand for the publisher."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from classifier.ml import class_names

GOOGLE = "https://storage.googleapis.com/quickdraw_dataset/full"
QUICKDRAW_CLASSES = Path(__file__).parent / "datasets" / "quickdraw.txt"


@dataclass(frozen=True)
class ClassFiles:
    """A data set of one file a class, as `<address>/<folder>/<class><suffix>`."""

    folder: str
    suffix: str

    def wanted(self, source: str | None, classes: Sequence[str] | None) -> dict[str, str]:
        """URLs by the file's name within the data set: of all classes that there are, or of `classes`.

        `source` is a folder, another address than Google's, or None. Raises FileNotFoundError naming a class that is unknown.
        """
        local = None if source is None else _local(source)
        address = f"{source or GOOGLE}".rstrip("/") + f"/{self.folder}"
        known = list(class_names.read(QUICKDRAW_CLASSES))
        if local:
            inside = self._inside(local)
            address, known = inside.as_uri(), sorted(path.name.removesuffix(self.suffix) for path in self._files(inside))
        if refusal := class_names.unknown(classes or (), known):
            raise FileNotFoundError(refusal)
        names = [f"{name}{self.suffix}" for name in classes or known]
        return {f"{self.folder}/{name}": f"{address}/{quote(name)}" for name in names}

    def _inside(self, local: Path) -> Path:
        places = (local / self.folder, local / "quickdraw" / self.folder, local)
        for place in places:
            if self._files(place):
                return place
        raise FileNotFoundError(f"No <class>{self.suffix} files in {', '.join(map(str, places))}.")

    def _files(self, folder: Path) -> list[Path]:
        return list(folder.glob(f"*{self.suffix}"))


@dataclass(frozen=True)
class Archive:
    """A data set in one archive, `<address>/<name>`, that unpacks into `folder`."""

    address: str
    name: str
    md5: str
    folder: str

    def url(self, source: str | None) -> str:
        """Where the archive is. Raises FileNotFoundError if `source` is a folder without it."""
        local = None if source is None else _local(source)
        if local and not (local / self.name).is_file():
            unpacked = f" What is unpacked there can be used as it is: --data {local}." if (local / self.folder).is_dir() else ""
            raise FileNotFoundError(f"There is no {self.name} in {local}.{unpacked}")
        return (local / self.name).as_uri() if local else f"{(source or self.address).rstrip('/')}/{self.name}"


PUBLISHED: dict[str, ClassFiles | Archive] = {
    "quickdraw": ClassFiles("simplified", ".ndjson"),
    "quickdraw-bitmaps": ClassFiles("numpy_bitmap", ".npy"),
    "cifar10": Archive(
        "https://www.cs.toronto.edu/~kriz", "cifar-10-python.tar.gz", "c58f30108f718f92721af3b95e74349a", "cifar-10-batches-py"
    ),
}


def _local(source: str) -> Path | None:
    """The folder that is meant, or None where it is an address. Raises FileNotFoundError if there is no such folder."""
    if "://" in source:
        return None
    if not Path(source).is_dir():
        raise FileNotFoundError(f"There is no folder {source}. An address begins with https:// or http://.")
    return Path(source).resolve()
