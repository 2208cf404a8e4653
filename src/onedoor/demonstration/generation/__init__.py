"""Invented people and cases of any size on the real divisions, in the country's proportions."""
