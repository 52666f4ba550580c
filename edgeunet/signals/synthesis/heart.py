"""The electrical shape of a synthetic heart: each wave a few Gaussians along one space vector, seen by twelve leads."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LEADS = ("i", "ii", "iii", "avr", "avl", "avf", "v1", "v2", "v3", "v4", "v5", "v6")


@dataclass(frozen=True)
class Component:
    """A Gaussian with its own width to either side, along a vector (left, down, front) in millivolts.

    ``centre_s`` is relative to the R peak; ``rise_s`` and ``fall_s`` are the times from the edge (where it is a given
    fraction of its peak) to the peak and from the peak to the other edge.
    """

    wave: str
    centre_s: float
    rise_s: float
    fall_s: float
    vector_mv: tuple[float, float, float]

    @property
    def start_s(self) -> float:
        """Time of the first edge, relative to the R peak."""
        return self.centre_s - self.rise_s

    @property
    def stop_s(self) -> float:
        """Time of the second edge, relative to the R peak."""
        return self.centre_s + self.fall_s

    def shape(self, time_s: Floats, edge_fraction: float) -> Floats:
        """Return its course (peak 1) at ``time_s`` relative to the R peak; ``edge_fraction`` at both edges."""
        width = math.sqrt(2 * math.log(1 / edge_fraction))
        away = time_s - self.centre_s
        return np.asarray(np.exp(-0.5 * (away * width / np.where(away < 0, self.rise_s, self.fall_s)) ** 2))


def unit_vector(frontal_deg: float, front: float) -> tuple[float, float, float]:
    """Return the direction at ``frontal_deg`` (0 = left, 90 = down) tilted to the front by ``front`` (-1 … 1)."""
    flat = math.sqrt(max(0.0, 1 - front * front))
    angle = math.radians(frontal_deg)
    return flat * math.cos(angle), flat * math.sin(angle), front


def times(size_mv: float, direction: tuple[float, float, float]) -> tuple[float, float, float]:
    """Return ``direction`` with length ``size_mv``."""
    return size_mv * direction[0], size_mv * direction[1], size_mv * direction[2]


def electrode_matrix() -> Floats:
    """Return ``(9 electrodes, 12 leads)``: how electrode potentials add up to leads (Einthoven, Wilson).

    The electrodes are those of the right arm, left arm and left leg, and V1 to V6.
    """
    ra, la, ll = np.eye(9)[0], np.eye(9)[1], np.eye(9)[2]
    wilson = (ra + la + ll) / 3
    limb = [la - ra, ll - ra, ll - la, ra - (la + ll) / 2, la - (ra + ll) / 2, ll - (ra + la) / 2]
    return np.stack([*limb, *(np.eye(9)[3 + k] - wilson for k in range(6))], axis=1)


def vector_matrix(chest_gain: float = 1.5, turn_deg: float = 0.0) -> Floats:
    """Return ``(3, 12)``: leads from the heart vector (left, down, front).

    The limb electrodes are the corners of Einthoven's triangle, so II = I + III holds exactly; the chest leads look
    along directions of the horizontal plane, V1 115° to V6 0° from the left, turned by ``turn_deg``.
    """
    electrodes = np.zeros((9, 3))
    electrodes[0] = (-0.5, -1 / math.sqrt(12), 0)
    electrodes[1] = (0.5, -1 / math.sqrt(12), 0)
    electrodes[2] = (0, 1 / math.sqrt(3), 0)
    for k, degrees in enumerate((115, 95, 75, 55, 28, 0)):
        angle = math.radians(degrees + turn_deg)
        down = 0.12 + 0.06 * k
        electrodes[3 + k] = (chest_gain * math.cos(angle), down * chest_gain, chest_gain * math.sin(angle))
    return np.asarray(electrodes.T @ electrode_matrix())


@dataclass(frozen=True)
class Heart:
    """The wave shapes of one person; beats are made of these with a little variation each.

    Attributes
    ----------
    p, qrs, st, t, u : components of a usual beat; ``p``, ``t`` and ``u`` begin at 0 s, ``qrs`` is around the R peak.
    pvc, pvc_t : components of a ventricular (or paced) beat, placed likewise.
    pr_s : P onset to QRS onset at 60 beats per minute.
    qt_s : QRS onset to T offset at 60 beats per minute.
    """

    p: tuple[Component, ...]
    qrs: tuple[Component, ...]
    st: tuple[Component, ...]
    t: tuple[Component, ...]
    u: tuple[Component, ...]
    pvc: tuple[Component, ...]
    pvc_t: tuple[Component, ...]
    pr_s: float
    qt_s: float
    pvc_qt_s: float

    def qrs_edges_s(self, wide: bool) -> tuple[float, float]:
        """Return the first and last edge of the QRS complex relative to the R peak."""
        parts = self.pvc if wide else self.qrs
        return min(part.start_s for part in parts), max(part.stop_s for part in parts)


def shifted(parts: tuple[Component, ...], by_s: float, stretch: float = 1.0) -> tuple[Component, ...]:
    """Return ``parts`` stretched in time about 0 and then moved by ``by_s``."""
    return tuple(
        replace(
            part,
            centre_s=part.centre_s * stretch + by_s,
            rise_s=part.rise_s * stretch,
            fall_s=part.fall_s * stretch,
        )
        for part in parts
    )


def scaled(parts: tuple[Component, ...], gain: float) -> tuple[Component, ...]:
    """Return ``parts``, ``gain`` times as strong."""
    return tuple(replace(part, vector_mv=times(gain, part.vector_mv)) for part in parts)
