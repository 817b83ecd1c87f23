"""The generated module of a spec and model, compiled, and what it says of single states."""
