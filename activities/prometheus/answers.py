"""The body of an answer, as Prometheus and all that speak its API write it, and what in it says that a part is missing.

An answer that is not whole is not believed: the missing part may be exactly what speaks against a pause.
"""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from activities.errors import PrometheusAnswerInvalid

LIMITED_HEADER = "M3-Results-Limited"
"""Set by M3 on an answer that a limit has cut."""

_INFO = "PromQL info:"
"""Prometheus 2.48 to 2.53 and Thanos put remarks on a query among the warnings; 3.x has `infos` for them."""
_LEFT_OUT = ("ignored histogram", "incompatible sample types")
"""Remarks on samples that did not go into the result."""
_A_PART = re.compile("partial|truncated|limited|incomplete", re.IGNORECASE)
"""Names of fields that say so, such as VictoriaMetrics' isPartial."""


class Row(BaseModel):
    """A series of a result. A native histogram comes without a value: it is not a number."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    metric: dict[str, str] = {}
    value: tuple[float, str] | None = None
    values: tuple[tuple[float, str], ...] | None = None
    histogram: Any = None


class Result(BaseModel):
    """What was asked for, of one of four types."""

    model_config = ConfigDict(extra="allow", frozen=True)

    resultType: str  # noqa: N815 - as Prometheus writes it
    result: Any = None


class _Body(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)

    status: str
    data: Result | None = None
    warnings: tuple[str, ...] | None = None
    infos: tuple[str, ...] | None = None


class _Rows(BaseModel):
    rows: list[Row]


def read_answer(url: str, headers: Mapping[str, str], body: bytes) -> Result:
    """The result of a successful answer. Raises PrometheusAnswerInvalid."""
    try:
        answer = _Body.model_validate_json(body)
    except ValidationError as error:
        kind = error.errors(include_input=False)[0]["type"]
        detail = "it is not JSON, but a login page perhaps: check the address" if kind == "json_invalid" else kind
        raise PrometheusAnswerInvalid(url, "envelope", detail) from None
    if answer.status != "success" or answer.data is None:
        raise PrometheusAnswerInvalid(url, "status", "it says that the query did not succeed")
    if LIMITED_HEADER in headers:
        raise PrometheusAnswerInvalid(url, "limited", f"it says itself that a limit has cut it ({LIMITED_HEADER})")
    for part in (answer, answer.data):
        for name, value in (part.model_extra or {}).items():
            if _A_PART.search(name) and value not in (False, None, 0, "", "false"):
                raise PrometheusAnswerInvalid(url, "partial", f"it says itself that a part is missing ({name})")
    if any(not warning.startswith(_INFO) for warning in answer.warnings or ()):
        raise PrometheusAnswerInvalid(url, "warnings", "it says itself that something is missing")
    remarks = (*(answer.warnings or ()), *(answer.infos or ()))
    if any(left_out in remark for remark in remarks for left_out in _LEFT_OUT):
        raise PrometheusAnswerInvalid(url, "infos", "it says itself that samples were left out of it")
    return answer.data


def read_rows(url: str, result: Result, kind: str) -> list[Row]:
    """The rows of a result that has to be of that type. Raises PrometheusAnswerInvalid."""
    if result.resultType != kind:
        raise PrometheusAnswerInvalid(url, "type", f"it is not a {kind}")
    try:
        return _Rows.model_validate({"rows": result.result}).rows
    except ValidationError as error:
        raise PrometheusAnswerInvalid(url, "rows", error.errors(include_input=False)[0]["type"]) from None
