"""What is compiled with every model: the visited set, single successors, and the loops over batches."""
