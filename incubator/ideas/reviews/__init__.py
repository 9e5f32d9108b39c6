"""Reviews: who assesses which idea, what they said, and what it adds up to."""
