"""Check-in phones: enrolled for the sites of one event."""
