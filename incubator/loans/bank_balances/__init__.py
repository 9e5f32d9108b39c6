"""Rows of the lender's statement, as they come in and as they are read again."""
