"""Passages to a store on disk, and a query to hits. Knows nothing of questions."""
