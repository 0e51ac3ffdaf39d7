"""Signals at chosen days for chosen firms, and what became of them."""
