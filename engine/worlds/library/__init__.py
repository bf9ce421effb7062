"""The worlds that we ship, a file each."""
