"""Answer the Reconciliation Service API 0.2."""
