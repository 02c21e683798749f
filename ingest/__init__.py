"""Raw files to sources, articles and passages. Knows nothing of search."""
