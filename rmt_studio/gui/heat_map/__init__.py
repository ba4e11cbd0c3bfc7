"""The heat map: one figure of every matrix, blocks down and their parts across."""
