"""Training: recipes, data, and the one loop that all of them share."""
