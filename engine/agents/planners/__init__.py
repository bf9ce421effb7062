"""Agents that know the model of their world and plan in it, without acting."""
