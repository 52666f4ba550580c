"""No deadline for properties: a busy machine is not a failure."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("escaping", deadline=None, max_examples=60)
settings.load_profile("escaping")
