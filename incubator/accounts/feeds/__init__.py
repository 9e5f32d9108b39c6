"""Personal calendar feeds: addresses with a secret, under which an account's calendars can be subscribed to."""
