"""What a file says by several operators, or around an order of axes, as the operators that the compiler has."""
