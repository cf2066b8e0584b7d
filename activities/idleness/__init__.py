"""Where idleness is measured."""
