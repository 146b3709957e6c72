"""Reading and changing personal data through the data map."""
