"""Deep Q-learning: a network in the place of the table (Mnih et al., 2013 and 2015)."""
