"""What waits for somebody: reads the features below, owns nothing."""
