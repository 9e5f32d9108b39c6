"""Projects: what accepted ideas become."""
