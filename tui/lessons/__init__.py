"""Lessons: short guided tours, one Markdown file each, that drive the screen and whose numbers are checked."""
