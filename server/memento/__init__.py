"""Earlier releases and their documents by date: Memento (RFC 7089)."""
