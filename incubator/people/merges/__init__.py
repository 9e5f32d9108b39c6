"""Two rows of one person joined into one that counts, and parted again."""
