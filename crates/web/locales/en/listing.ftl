# One home.
