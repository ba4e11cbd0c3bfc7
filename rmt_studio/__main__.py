"""``python -m rmt_studio`` is ``rmt-studio``."""

from rmt_studio.cli import main

if __name__ == "__main__":
    main()
