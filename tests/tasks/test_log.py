from __future__ import annotations

from pathlib import Path

from classifier.tasks.training import words_of

SAID = """\
WARNING: All log messages before absl::InitializeLog() is called are written to STDERR
I0000 00:00:1795290732.501420   23203 port.cc:153] oneDNN custom operations are on.
E0000 00:00:1795290756.958519   23203 cuda_platform.cc:52] failed call to cuInit: UNKNOWN ERROR (303)
Epoch 1/4
I am a line of the training, and stay.
epoch 1 of 4, about 0 min left
"""


def test_the_log_of_a_run_begins_after_tensorflow(tmp_path: Path) -> None:
    (tmp_path / "log").write_text(SAID)
    assert words_of(tmp_path / "log") == [
        "Epoch 1/4",
        "I am a line of the training, and stay.",
        "epoch 1 of 4, about 0 min left",
    ]
