"""Who registered for which event, seats and waitlists, tickets."""
