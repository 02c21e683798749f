"""The question set, its measures and its runner."""
