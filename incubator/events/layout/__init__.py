"""How an event is laid out: its modes with their seats, its sessions, its sites."""
