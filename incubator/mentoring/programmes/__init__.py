"""The programmes that sessions belong to, such as Startup Coffee."""
