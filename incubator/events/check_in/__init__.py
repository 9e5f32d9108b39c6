"""What check-in phones send: scans in batches, and what people have to look at of it."""
