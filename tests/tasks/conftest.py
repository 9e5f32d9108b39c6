"""What waits in the work on loans stands on the same rows as their own tests."""

from tests.loans.conftest import loans

__all__ = ["loans"]
