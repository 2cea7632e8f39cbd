"""Language models: whose they are, where they are asked, what they said and what it cost."""
