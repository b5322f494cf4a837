"""nemowatch: a folder's name is the order, the folder is the interface."""

__version__ = "0.2.0"
