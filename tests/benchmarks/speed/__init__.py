"""How fast qscope is, beside others that do the same work in the same run: `make bench`."""
