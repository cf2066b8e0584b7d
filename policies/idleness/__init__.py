"""Is a workload idle? Signals that are judged one by one, a gate for what comes back every week, and the verdict."""
