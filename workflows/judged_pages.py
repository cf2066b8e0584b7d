"""All pages of a listing, judged: ids and totals only, because a page holds at most 500 candidates."""

from datetime import datetime

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from activities.runs.judge_page import JudgeActivities, PageJudged, PageOrder
from workflows import options

LISTINGS = 3
"""A listing whose page token expired starts again, at most this often in all."""


async def judge_pages(run_id: str, policy: str, now: datetime) -> PageJudged:
    """What the run finds in all of them, added up. Raises ActivityError."""
    for listing in range(LISTINGS):
        try:
            return await _judge_listing(run_id, policy, now)
        except ActivityError as error:
            if not _is_expired(error) or listing == LISTINGS - 1:
                raise
    raise AssertionError("unreachable")


async def _judge_listing(run_id: str, policy: str, now: datetime) -> PageJudged:
    judged, token, page_number = PageJudged(), "", 1
    while True:
        page = await workflow.execute_activity_method(
            JudgeActivities.judge_page,
            PageOrder(run_id=run_id, policy=policy, now=now, token=token),
            summary=f"judge page {page_number}",
            **options.LIST,
        )
        judged = judged.plus(page)
        token, page_number = page.next_token, page_number + 1
        if not token:
            return judged


def _is_expired(error: ActivityError) -> bool:
    return isinstance(error.cause, ApplicationError) and error.cause.type == "ListExpired"
