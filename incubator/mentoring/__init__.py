"""From the first coffee to graduation: mentors, sessions, consultations, actions and outcomes of projects."""
