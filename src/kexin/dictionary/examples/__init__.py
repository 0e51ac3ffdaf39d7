"""Examples of every signal, a file a register: each worked out by hand."""
