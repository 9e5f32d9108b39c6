"""Money: whole đồng as integers, and yearly rates in parts per million."""

MOST_VND = 10_000_000_000_000
"""The largest amount of one row: ten thousand billion. Who reads JSON into floats has totals exactly up to 2^53, nine
million billion, which 901 such rows pass. Nothing enforces that totals stay below; all that is assumed is that real
ones do: in seven years 2,494 billion were lent."""

PPM = 1_000_000
