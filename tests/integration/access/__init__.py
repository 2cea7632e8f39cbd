"""Who may do what: docs/access.md, asked of every address."""
