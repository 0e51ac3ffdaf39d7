"""Who is who: codes and names to firms."""
