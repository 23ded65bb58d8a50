"""One file, one recipe: `recipe = Recipe(…)` under a docstring with command, time and score."""
