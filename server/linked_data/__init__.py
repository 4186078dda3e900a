"""Answer with documents about resources, with graphs and with the vocabulary."""
