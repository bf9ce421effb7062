"""One file a screen: the main screen and the dialogs above it."""
