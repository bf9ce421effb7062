"""The compiled inner loops: one rule, one function. They hold no lock of the interpreter and allocate nothing."""
