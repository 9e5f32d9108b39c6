"""Who mentors which project, from when to when."""
