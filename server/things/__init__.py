"""Lay out pages of things for readers: a module a kind, its named queries, and what pages share."""
