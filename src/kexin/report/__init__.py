"""What a delivery was like: its numbers, what is unusual about them, and the page."""
