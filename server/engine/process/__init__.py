"""Run inside a query process: load, seal, answer in frames."""
