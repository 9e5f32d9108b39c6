"""What staff has to look at: items of phones that were rejected, and walk-ins to be confirmed."""
