"""OpenCost's `/allocation` answers, read with suspicion.

An answer with status 200 may be an error, hold nothing, or hold figures that cannot be. Each rule stands for a failure
that was seen on a running server or reported by its users, and has a code in `policies.costs.doubts`.
"""
