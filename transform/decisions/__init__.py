"""Read and write what people decided on identity and on links."""
