"""Answer with the saved questions: their list, their answers, and their descriptions for tools."""
