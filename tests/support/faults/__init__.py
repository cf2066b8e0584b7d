"""Between the service and the real API server: faults as data, a proxy that commits them, and a judge of what came of it."""
