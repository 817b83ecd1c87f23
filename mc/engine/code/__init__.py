"""What the machine does: typed operations on words, and statements of them; read from kernels, made by rules."""
