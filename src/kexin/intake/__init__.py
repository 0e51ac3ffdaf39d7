"""From a bureau's files to the warehouse, all or nothing."""
