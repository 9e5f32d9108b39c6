"""Who was there: what scans and paper lists say, and what staff voided or confirmed."""
