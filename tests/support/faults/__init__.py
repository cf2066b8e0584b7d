"""Faults as data, a proxy that commits them before the real API server, and a judge of what came of it."""
