"""Whether a city is as it should be: drawn curves and marginals against their targets.

Both read a city in contract form, and its truth, from disk: what is judged is what was
written (SIMULATOR.md sections 6 and 10).
"""
