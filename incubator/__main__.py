"""`python -m incubator` is the command line."""

from incubator.cli import main

if __name__ == "__main__":
    main()
