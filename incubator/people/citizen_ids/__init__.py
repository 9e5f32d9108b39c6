"""The citizen ids of people: sealed, checked, and found again by somebody who knows the number."""
