"""The tables of the registry, a file for each menu or room; what comes first stands first."""
