"""From cycles to charge: published energies of named boards, what a battery makes of them, and power traces."""
