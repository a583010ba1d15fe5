"""Everything a learner touches: settings, assembly, the terminal, Discord and the demo."""
