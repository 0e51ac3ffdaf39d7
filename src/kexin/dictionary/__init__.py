"""What people read of signals: the dictionary, and the examples that prove it."""
