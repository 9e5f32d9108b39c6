"""The file on an idea: its versions, remarks and papers."""
