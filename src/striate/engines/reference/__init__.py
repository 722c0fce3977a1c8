"""The engine to read: NumPy, each forward above its backward, in any dtype. The oracle of the fast one."""
