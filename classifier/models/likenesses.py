"""Samples that look alike."""

from __future__ import annotations

from collections.abc import Sequence

from classifier.models.samples import Sample

ALIKE = 4
"""So many bits of 64 may differ between the fingerprints of near-duplicates."""


def groups_alike(samples: Sequence[Sample]) -> list[list[Sample]]:
    """The same samples, beside each the later ones that look like it: not those that only look like these in turn."""
    groups: list[list[Sample]] = []
    for sample in samples:
        kin = next((group for group in groups if alike(sample, group[0])), None)
        if kin is None:
            groups.append([sample])
        else:
            kin.append(sample)
    return groups


def alike(one: Sample, other: Sample) -> bool:
    if one.fingerprint is None or other.fingerprint is None or one.classifier_id != other.classifier_id:
        return False
    return ((one.fingerprint ^ other.fingerprint) & (2**64 - 1)).bit_count() <= ALIKE
