"""From the definitions of a spec to Python source that Numba compiles."""
