"""The real bot inside a simulated Discord, shown in a browser on this machine: no account, no token."""
