"""Link bodies to records of other sources: a service proposes, a person decides."""
