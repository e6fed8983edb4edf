"""Answer questions about a subject from curated, sourced knowledge."""
