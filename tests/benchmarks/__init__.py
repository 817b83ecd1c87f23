"""How fast mc is, beside TLC and beside hand-specialised models of SPIN and rumur.

``python -m tests.benchmarks run`` measures, ``show`` prints a recorded file again, ``compare`` says what changed
between two of them. Every contestant searches the same model, and what it counts is compared with what mc counts.
"""
