"""One file a panel: each draws a Snapshot and knows nothing of threads or agents."""
