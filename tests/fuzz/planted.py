"""What must come out nowhere."""

SECRET = "planted-for-fuzzing"
