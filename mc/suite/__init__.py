"""All models with an expected outcome: run them, hold them to it, and report what differs."""
