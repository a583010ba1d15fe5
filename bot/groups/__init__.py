"""Study groups: who belongs to them, their weeks, their live rounds, and what members answer each other."""
