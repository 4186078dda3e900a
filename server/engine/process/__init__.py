"""Run inside a query process: load the release, close the sandbox, answer in frames."""
