"""Small TLA+ modules that contain each construct, for TLC to judge."""
