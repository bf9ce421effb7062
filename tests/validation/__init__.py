"""What the literature and independent computations say of our agents and worlds, and what we measure."""
