"""Agents whose values are a table."""
