"""The search attributes of this product's workflows: what `finops status` and the Temporal UI filter and sort by.

Six of them, because SQL-backed visibility has few slots in a namespace: 10 Keyword, and 3 each of the other types.
"""

from temporalio.common import SearchAttributeKey

CLUSTER = SearchAttributeKey.for_keyword("Cluster")
WORKLOAD_NAMESPACE = SearchAttributeKey.for_keyword("WorkloadNamespace")
POLICY = SearchAttributeKey.for_keyword("Policy")
HIBERNATION_STATE = SearchAttributeKey.for_keyword("HibernationState")
RESUME_AT = SearchAttributeKey.for_datetime("ResumeAt")
SAVED_PER_DAY = SearchAttributeKey.for_float("SavedPerDay")
"""What 24 hours of sleep save, however many nights they take. The memo names the currency."""

KEYS = (CLUSTER, WORKLOAD_NAMESPACE, POLICY, HIBERNATION_STATE, RESUME_AT, SAVED_PER_DAY)
