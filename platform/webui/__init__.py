"""The pages that people see: plain HTML that works without JavaScript, and fills in live with it."""
