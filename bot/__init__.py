"""A question to a cited answer, and the front ends that render it."""
