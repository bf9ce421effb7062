"""The worlds: what an agent can learn in."""
