"""Ideas: from the paper form or the web page to a decision."""
