"""The application in plain lines: the same keys and the same trainer, short sentences in place of a screen.

For screen readers, for terminals that can do nothing, and for pipes: from a terminal it reads keys; from anything else
it reads lines, each some keys or names of commands, such as `s s e`, or one and what it asks for: `u return>=9`.
"""
