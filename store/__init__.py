"""Where it is kept: one port over memory, SQLite and PostgreSQL. SQL is spoken in here and nowhere else."""
