"""Files written as sets, killed, full and contested."""
