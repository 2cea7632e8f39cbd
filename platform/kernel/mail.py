"""How a printed mail is told from the other lines of a log."""

MARK = "mail | "
