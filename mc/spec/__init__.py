"""What a spec is, bound to one model: its actions, invariants and domains, whatever language it was written in."""
