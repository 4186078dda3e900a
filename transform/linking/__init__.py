"""Link bodies to what other sources say of them: a service proposes, a person decides."""
