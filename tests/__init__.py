"""Tests in folders that mirror ``mc/``; here those of the house as a whole, and of the specs that come with it."""
