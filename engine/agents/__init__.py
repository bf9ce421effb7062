"""The agents: who learns."""
