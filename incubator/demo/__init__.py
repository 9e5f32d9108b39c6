"""Demonstration data: an invented province of ideas, told day by day up to 30 November 2025.

await load_demo(database_url, scale=1, seed=57, data_dir=Path("data"), console=Console())
"""

from incubator.demo.load import is_empty, load_demo

__all__ = ["is_empty", "load_demo"]
