"""Start query processes, and put questions to them within limits."""
