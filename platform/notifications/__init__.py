"""What people are told of, on a page and by mail.

Anybody below the pages tells: ``services.tell(Note(owner, kind, title, …))``, in the transaction in which
the thing happened. News of one kind about one thing join while they are unread, so a thousand failures
of one agent are one line, and one mail.
"""
