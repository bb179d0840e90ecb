"""Run the command as ``python -m cxstats``."""

from cxstats.cli import main

if __name__ == "__main__":
    main()
