"""Machine code of the compiled subset of Python, and where it is kept between runs."""
