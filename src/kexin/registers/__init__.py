"""What each register's tables look like. Pure declarations, one file a register."""
