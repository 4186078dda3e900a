"""Lay out the memory that the supervisor and its workers share.

The supervisor needs this layout, but not the application, which takes memory and time to import.
"""

from server.http.process import load_balance, rate_limit, shared_choice, shared_counters

# Where each part begins, in bytes; the rate limit stands first.
BALANCE = rate_limit.SIZE
CHOICE = BALANCE + load_balance.SIZE
COUNTERS = CHOICE + shared_choice.SIZE
SIZE = COUNTERS + shared_counters.size(load_balance.MOST_WORKERS)
