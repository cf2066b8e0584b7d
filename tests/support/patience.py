"""How long a test waits for what has to come: far longer than a busy machine needs, so only a fault runs into it."""

PATIENCE_SECONDS = 300.0
