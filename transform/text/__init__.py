"""Texts as people and programs read them: characters, what a terminal or a spreadsheet may see."""
