"""What a check found, a row per figure: as text, Markdown, JSON, JUnit, annotations; its history; a comment."""
