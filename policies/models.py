"""The base of everything that crosses from one room to another."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """An immutable value.

    Unknown fields are ignored and every later field needs a default: a sleep outlives deploys and rollbacks, so
    old values meet new code and new values meet old code. Only the policy document refuses what it does not know.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
