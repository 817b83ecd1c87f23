"""The searches, and what they keep: the visited set, levels, checkpoints."""
