"""The verbs of the command line: each does one thing with the engine and prints it, for people or as JSON."""
