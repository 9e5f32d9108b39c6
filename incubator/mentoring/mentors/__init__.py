"""Who can mentor: expertise, reach, languages and load, and whom a project should get."""
