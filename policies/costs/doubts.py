"""Why a figure of a cost source is not believed. The codes are stable: scripts and people's memories hang on them."""

from enum import StrEnum
from typing import NamedTuple

from policies.errors import RuleError


class Doubt(StrEnum):
    """What is wrong with a cost, or with the whole answer it came in. None of them ever leads to a pause."""

    # The source as a whole.
    NO_ANSWER = "NoAnswer"
    STALE = "Stale"
    NOT_AN_ANSWER = "NotAnAnswer"
    SEVERAL_SETS = "SeveralSets"
    NO_DATA = "NoData"
    PROPERTIES_MISSING = "PropertiesMissing"
    SEVERAL_CLUSTERS = "SeveralClusters"
    ALL_FREE = "AllFree"
    MOSTLY_UNALLOCATED = "MostlyUnallocated"
    FEWER_ROWS = "FewerRows"
    FEWER_NAMESPACES = "FewerNamespaces"

    # The whole answer, or one Deployment.
    NO_USAGE = "NoUsage"
    PRICE_JUMPED = "PriceJumped"

    # One Deployment's figures.
    NOT_A_NUMBER = "NotANumber"
    NEGATIVE = "Negative"
    SUM_DIFFERS = "SumDiffers"
    OUTSIDE_WINDOW = "OutsideWindow"
    SPAN_DIFFERS = "SpanDiffers"
    TOO_SHORT = "TooShort"
    PRICE_OUT_OF_BAND = "PriceOutOfBand"
    OUT_OF_BOUNDS = "OutOfBounds"
    OPINIONS_DIFFER = "OpinionsDiffer"
    NO_REQUESTS = "NoRequests"

    # Which Deployment the figures are of.
    NO_ROW = "NoRow"
    SEVERAL_ROWS = "SeveralRows"
    EXPRESSIONS_ONLY = "ExpressionsOnly"
    SELECTORS_OVERLAP = "SelectorsOverlap"


class Objection(NamedTuple):
    """What is wrong: its code, and a sentence in plain words that never quotes the source."""

    doubt: Doubt
    sentence: str

    def __str__(self) -> str:
        return f"{self.doubt}: {self.sentence}"


class NotBelieved(RuleError):
    """What a cost source says breaks a rule."""

    def __init__(self, doubt: Doubt, sentence: str) -> None:
        self.objection = Objection(doubt, sentence)
        super().__init__(str(self.objection))
