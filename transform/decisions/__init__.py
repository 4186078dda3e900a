"""Read and write the files of what people decided on identity and on links."""
