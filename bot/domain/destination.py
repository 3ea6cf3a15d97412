"""Destinations of calls: Slack and the providers, as logs, metrics and limits tell them apart."""

from typing import ClassVar


class Destination(str):
    """Destination of a call: Slack, or a provider by its code. It is what monitors read."""

    __slots__ = ()

    SLACK: ClassVar["Destination"]


Destination.SLACK = Destination("slack")
