"""The base of every part of the policy document."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

REFUSAL = "refusal"
"""Beside a pattern in a JSON schema: what is wrong with a text that does not match, for the people who wrote it."""


class DocumentPart(BaseModel):
    """An immutable part of a policy: camelCase in the document, snake_case in Python, unknown fields are errors.

    A misspelt field of a policy would otherwise be a wish that is silently ignored.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
    )
