"""Knowledge: texts that are found again by what they mean."""
