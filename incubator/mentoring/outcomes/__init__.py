"""The dated ledger of what projects achieved."""
