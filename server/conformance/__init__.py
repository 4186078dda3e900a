"""Check a site from outside, as its clients meet it: the checks, their results, the reports."""
