"""Policies from what other schedulers of sleep were told: py-kube-downscaler and kube-green."""
