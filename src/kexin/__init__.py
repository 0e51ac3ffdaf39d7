"""Kexin (科信) scores technology firms for credit and keeps the whitelist."""
