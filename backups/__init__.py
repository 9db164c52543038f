"""KEEPS: copies of what must not be lost. Configurations lie encrypted as they were told (`vault`),
readable without secrets with their whole history (`textgit`), and `configs` keeps both in step."""
