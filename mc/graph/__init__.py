"""State graphs, and pictures of them and of behaviors."""
