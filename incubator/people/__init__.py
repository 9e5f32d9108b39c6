"""Persons: the only place where names live, who may see them, and the consent that they gave."""
