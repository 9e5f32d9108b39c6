"""The headline numbers of the programme."""
