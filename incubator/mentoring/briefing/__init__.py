"""What the next mentor needs to know of a project, on one screen."""
