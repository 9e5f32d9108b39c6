"""Money: whole đồng as integers, and yearly rates in parts per million."""

MOST_VND = 10_000_000_000_000
"""The largest amount of one row: ten thousand billion. Sums of many stay below what JSON carries exactly."""

PPM = 1_000_000
