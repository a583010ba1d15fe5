"""`python -m bot` is `gradus`."""

from bot.cli import main

if __name__ == "__main__":
    main()
