"""What falls due: instalments, loans past due, inspections, maturities. No tables of its own."""
