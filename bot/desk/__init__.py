"""Web pages: health now, the staff desk and the public pages later."""
