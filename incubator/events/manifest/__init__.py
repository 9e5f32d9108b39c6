"""What a phone takes along so that it knows tickets where there is no line."""
