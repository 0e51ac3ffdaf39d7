"""The synthetic city: registers of true shape and size, without any real firm in them.

Truth comes first, then clean records, then lags and dirt, then files; nothing later
touches what came before. No other layer may know this package or read what it writes
to `truth/`: what knows the answers must not help to find them.

Source:
    SIMULATOR.md; its sections are named where a law of it is used.
"""
