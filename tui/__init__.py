"""The terminal application: keys in, Commands to the trainer, Snapshots from it, pictures out."""
