"""Values as bits: the shape of each domain, and where its parts lie in the words of a state."""
