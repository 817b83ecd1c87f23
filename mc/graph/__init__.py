"""Graphs of states (networkx), and pictures of them and of behaviors."""
