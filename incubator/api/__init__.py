"""What every route shares: entry, bodies, queries, answers, problems, tables and the OpenAPI document."""
